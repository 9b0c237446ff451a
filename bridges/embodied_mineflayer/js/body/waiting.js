/** Waiting for the game: every wait has a deadline, ends when the call is aborted, and removes its listeners. */

const nothing = () => {}

/**
 * Wait until `check()` is truthy; it is asked at once and at each of the events.
 * Returns what `check` returned, or undefined after `ms`. Throws the signal's reason when aborted.
 */
export function until (ctx, { on, check, ms }) {
  return new Promise((resolve, reject) => {
    if (ctx.signal.aborted) return reject(ctx.signal.reason)
    const first = check()
    if (first) return resolve(first)
    const timer = setTimeout(() => finish(resolve, undefined), ms)
    const onEvent = () => {
      const value = check()
      if (value) finish(resolve, value)
    }
    const onAbort = () => finish(reject, ctx.signal.reason)
    for (const [emitter, event] of on) emitter.on(event, onEvent)
    ctx.signal.addEventListener('abort', onAbort, { once: true })
    function finish (settle, value) {
      clearTimeout(timer)
      for (const [emitter, event] of on) emitter.removeListener(event, onEvent)
      ctx.signal.removeEventListener('abort', onAbort)
      settle(value)
    }
  })
}

/**
 * Wait for a promise of mineflayer's, which cannot be cancelled, for at most `ms`; `late()` makes the error.
 * What is still running when the call is aborted is remembered, so that the next call waits for it to settle.
 */
export function within (body, ctx, promise, ms, late) {
  const settled = Promise.resolve(promise).then(nothing, nothing).finally(() => body.unsettled.delete(settled))
  body.unsettled.add(settled)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(reject, late()), ms)
    const onAbort = () => finish(reject, ctx.signal.reason)
    if (ctx.signal.aborted) return finish(reject, ctx.signal.reason)
    ctx.signal.addEventListener('abort', onAbort, { once: true })
    Promise.resolve(promise).then((value) => finish(resolve, value), (error) => finish(reject, error))
    function finish (settle, value) {
      clearTimeout(timer)
      ctx.signal.removeEventListener('abort', onAbort)
      settle(value)
    }
  })
}

/** Stand still for `ms`, or throw the signal's reason. */
export const pause = (ctx, ms) => until(ctx, { on: [], check: () => false, ms })

/** Let other work of this thread run. */
export const breathe = () => new Promise((resolve) => setImmediate(resolve))
