// Runs a body's primitives on this thread, as the worker asks for them.

import { Failure } from '../body/failure.js'

const HEARTBEAT_MS = 250

/** Carry out what `worker` asks of `body`, and tell it what came of it. */
export function serveCalls (worker, body) {
  const running = new Map()
  const tell = (message) => worker.postMessage(message)
  const keyOf = ({ session, id }) => `${session} ${id}`

  async function start (call) {
    const abort = new AbortController()
    const assistance = {}
    running.set(keyOf(call), abort)
    const answer = { session: call.session, id: call.id, assistance }
    const context = {
      signal: abort.signal,
      progress: (value) => tell({ said: 'progress', ...answer, value }),
      assist: (name) => { assistance[name] = (assistance[name] ?? 0) + 1 }
    }
    try {
      tell({ said: 'done', ...answer, value: plain(await body.run(call.name, call.args, context)) })
    } catch (error) {
      tell({ said: 'fail', ...answer, error: described(call.name, error) })
    } finally {
      running.delete(keyOf(call))
    }
  }

  async function rest (reason) {
    try {
      await body.rest(reason)
      tell({ said: 'rest' })
    } catch (error) { // unconfirmed: the clients learn it from the worker
      process.stderr.write(`bridge: the body did not come to rest: ${error.stack}\n`)
    }
  }

  const heartbeat = setInterval(() => tell({ said: 'alive' }), HEARTBEAT_MS)
  return {
    carryOut (effect) {
      if (effect.start) start(effect.start)
      else if (effect.abort) running.get(keyOf(effect.abort))?.abort(new Failure(effect.abort.code, `the call was ended: ${effect.abort.code}`))
      else if ('rest' in effect) rest(effect.rest)
    },
    stop: () => clearInterval(heartbeat)
  }
}

/** What can be posted to another thread: plain data only. */
const plain = (value) => JSON.parse(JSON.stringify(value ?? {}))

function described (name, error) {
  if (error instanceof Failure) return plain({ code: error.code, message: error.message, data: error.data })
  process.stderr.write(`bridge: ${name} broke: ${error?.stack ?? error}\n`)
  return { code: 'internal', message: `${name} broke: ${error?.message ?? error}` }
}
