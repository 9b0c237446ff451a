import { Failure } from '../body/failure.js'

/** How long an aborted call may take to stop before the body counts as stalled [ms]; see rule 7 of the protocol. */
const STOPPED_WITHIN_MS = 10_000

/** How long an aborted call may take to stop before the body is told to rest once more [ms]. */
const RESTED_WITHIN_MS = 1500

/**
 * Runs the body's primitives in the main thread. `tell` sends a word to the protocol's thread.
 *
 * What an aborted call does late is ignored there; here it is waited for, so that two calls never move the body at
 * once.
 */
export class Calls {
  #running = new Map()
  #stopping = new Set() // what must end before the next moving call begins: {ended, late}
  #waiting = new Set() // moving calls that wait for it: {resolve, reject}

  constructor (body, tell, stoppedWithinMs = STOPPED_WITHIN_MS) {
    this.body = body
    this.tell = tell
    this.stoppedWithinMs = stoppedWithinMs
    this.moving = new Set(body.specs.filter((spec) => spec.moves).map((spec) => spec.name))
  }

  async start ({ session, id, name, args }) {
    const key = `${session}\0${id}`
    const abort = new AbortController()
    const assistance = {}
    const moves = this.moving.has(name)
    const context = {
      signal: abort.signal,
      progress: (value) => this.#say({ word: 'progress', session, id, value }),
      assist: (what) => { assistance[what] = (assistance[what] ?? 0) + 1 }
    }
    let ended
    const done = new Promise((resolve) => { ended = resolve })
    this.#running.set(key, { abort, done, moves })
    try {
      if (moves && this.#stopping.size) await this.#allStopped(abort.signal)
      abort.signal.throwIfAborted()
      const value = await this.body.run(name, args, context)
      if (!abort.signal.aborted) this.#say({ word: 'done', session, id, value: value ?? {}, assistance })
    } catch (error) {
      if (!abort.signal.aborted) this.#say({ word: 'fail', session, id, error: wireError(name, error), assistance })
    } finally {
      this.#running.delete(key)
      ended()
    }
  }

  abort ({ session, id, code }) {
    const call = this.#running.get(`${session}\0${id}`)
    if (!call) return
    call.abort.abort(new Failure(code, `the call was ended: ${code}`))
    if (call.moves) this.#waitFor(call.done)
  }

  /** Bring the body to rest, and confirm when what was running has stopped or has had its time. */
  async rest (reason) {
    const before = [...this.#stopping].map(({ ended }) => ended)
    const resting = this.#restNow(reason).then(async () => {
      if (!before.length) return
      await soon(Promise.all(before))
      await this.#restNow(reason)
    })
    this.#waitFor(resting)
    try {
      await resting
      this.tell({ word: 'rests' })
    } catch (error) {
      // Unconfirmed: the clients learn of it from the protocol.
      process.stderr.write(`bridge: the body did not come to rest: ${error.stack}\n`)
    }
  }

  async #restNow (reason) {
    await this.body.rest(reason)
  }

  #waitFor (promise) {
    const item = { late: false }
    this.#stopping.add(item)
    const timer = setTimeout(() => this.#giveUp(item), this.stoppedWithinMs)
    item.ended = promise.then(() => {}, () => {}).then(() => {
      clearTimeout(timer)
      this.#stopping.delete(item)
      if (item.late && ![...this.#stopping].some(({ late }) => late)) this.tell({ word: 'stuck', stuck: false })
      if (!this.#stopping.size) for (const { resolve } of this.#waiting) resolve()
    })
  }

  /** The body is stalled until it stops after all; who waits is refused, and has not begun. */
  #giveUp (item) {
    item.late = true
    this.tell({ word: 'stuck', stuck: true })
    const seconds = this.stoppedWithinMs / 1000
    for (const { reject } of this.#waiting) reject(new Failure('stalled', `an ended call has not stopped for ${seconds} s; this one did not begin`))
  }

  async #allStopped (signal) {
    let waiting
    try {
      await new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        this.#waiting.add(waiting)
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  #say (message) {
    try {
      this.tell(message)
    } catch (error) { // a value that cannot be handed to another thread, such as a function
      const { session, id } = message
      this.tell({ word: 'fail', session, id, error: { code: 'internal', message: `the answer cannot be sent: ${error.message}` } })
    }
  }
}

/** Settles with `promise`, whichever way, or when it has had its time. */
async function soon (promise) {
  let timer
  const late = new Promise((resolve) => { timer = setTimeout(resolve, RESTED_WITHIN_MS) })
  await Promise.race([promise.then(() => {}, () => {}), late])
  clearTimeout(timer)
}

function wireError (name, error) {
  if (error instanceof Failure) {
    return { code: error.code, message: error.message, ...(error.data === undefined ? {} : { data: error.data }) }
  }
  process.stderr.write(`bridge: ${name} broke: ${error?.stack ?? error}\n`)
  return { code: 'internal', message: `${name} broke: ${error?.message ?? error}` }
}
