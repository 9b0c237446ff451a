import { Failure } from '../body/failure.js'

/** How long an aborted call may take to stop before the body is told to rest once more, and the next call begins [ms]. */
const STOPPED_WITHIN_MS = 1500

/**
 * Runs the body's primitives in the main thread. `tell` sends a word to the protocol's thread.
 *
 * What an aborted call does late is ignored there; here it is waited for, a while, so that two calls never move the body
 * at once.
 */
export class Calls {
  #running = new Map()
  #stopping = Promise.resolve()
  #quiet = true // nothing to wait for: the next call may begin in this very turn

  constructor (body, tell) {
    this.body = body
    this.tell = tell
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
      if (moves && !this.#quiet) await this.#stopping
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
    if (call.moves) this.#waitFor(soon(call.done))
  }

  /** Bring the body to rest, and confirm when what was running has stopped or has had its time. */
  async rest (reason) {
    const stopping = this.#stopping
    const quiet = this.#quiet
    const resting = this.#restNow(reason).then(async () => {
      if (quiet) return
      await stopping
      await this.#restNow(reason)
    })
    this.#waitFor(soon(resting))
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
    this.#quiet = false
    const all = Promise.all([this.#stopping, promise]).then(() => { if (this.#stopping === all) this.#quiet = true })
    this.#stopping = all
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
  const late = new Promise((resolve) => { timer = setTimeout(resolve, STOPPED_WITHIN_MS) })
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
