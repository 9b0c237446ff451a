import { Worker } from 'node:worker_threads'
import { Failure } from '../body/failure.js'
import { Calls } from './calls.js'
import { isLoopback } from './endpoint.js'

const HEARTBEAT_MS = 250
const WORKER = new URL('./worker.js', import.meta.url)

/**
 * Join a body to the protocol's thread. Returns {endpoint, fault}: where it listens, and how to report a fault.
 *
 * `makeBody(config, hooks)` makes the body. `leave(why, body, exit)` is called when the process should end; body may be
 * null, and `exit` closes the socket and ends the process.
 * Throws a Failure: bad_endpoint, port_taken, or one of the body's.
 */
export async function serve (config, makeBody, leave) {
  const worker = startThread(config)
  const early = [] // what the body says before the protocol knows it
  let tell = (message) => early.push(message)
  let body = null
  let calls = null

  const bound = new Promise((resolve, reject) => {
    worker.on('message', (message) => {
      if (message.start) calls.start(message.start)
      else if (message.abort) calls.abort(message.abort)
      else if (message.rest) calls.rest(message.rest)
      else if (message.leave) leave(message.leave, body, () => worker.postMessage({ close: true }))
      else if (message.closed) process.exit(0)
      else if (message.bound) resolve(message.bound)
      else reject(whyRefused(message.refused, config.endpoint))
    })
  })
  const hooks = {
    event: (type, data) => tell({ word: 'event', type, data }),
    lost: (reason) => tell({ word: 'lost', reason: String(reason ?? '') })
  }
  const [endpoint] = await Promise.all([bound, makeBody(config.body, hooks).then((made) => { body = made })])

  calls = new Calls(body, (message) => tell(message), config.stopped_within_ms)
  tell = (message) => worker.postMessage(message)
  tell({ describe: descriptionOf(body) })
  early.forEach(tell)
  setInterval(() => tell({ word: 'alive' }), HEARTBEAT_MS)
  return { endpoint, fault: (error) => hooks.event('fault', { message: String(error?.message ?? error) }) }
}

function startThread ({ endpoint, lease_ms: leaseMs = 2000, parent_pid: parentPid = 0 }) {
  if (!isLoopback(endpoint)) {
    throw new Failure('bad_endpoint', `the endpoint '${endpoint}' can be reached from other machines, or is not an endpoint`)
  }
  const worker = new Worker(WORKER, { workerData: { endpoint, leaseMs, parentPid } })
  // A bridge without its protocol is of no use: whoever started it must notice.
  worker.on('error', (error) => process.stderr.write(`bridge: the protocol's thread broke: ${error.stack}\n`))
  worker.on('exit', () => process.exit(70))
  return worker
}

function whyRefused ({ code, message }, endpoint) {
  return code === 'EADDRINUSE'
    ? new Failure('port_taken', `${endpoint} is in use by another program`)
    : new Failure('bad_endpoint', `cannot listen at ${endpoint}: ${message}`)
}

function descriptionOf ({ kind, identity, details, specs, families }) {
  return { body: { kind, identity, details }, primitives: specs, families }
}
