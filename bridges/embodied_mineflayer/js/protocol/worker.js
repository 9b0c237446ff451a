// The thread that owns the socket: it answers a halt, refuses older calls and notices an orphaned process
// while the body's own thread is busy or blocked.

import { randomBytes } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { Router } from 'zeromq'
import { BridgeCore } from './core.js'
import { encode, MAX_FRAME } from './envelope.js'
import { compileSpecs } from './arguments.js'

const TICK_MS = 20
const PARENT_CHECK_MS = 250
/** How long the body's thread may take to leave once the parent is gone [ms]. */
const LEAVE_MS = 700

const LOOPBACK = /^(tcp:\/\/(127\.0\.0\.1|\[::1\]):(\d+|\*)|ipc:\/\/.+)$/

const { endpoint, leaseMs, hello, specs, parentPid } = workerData
const born = process.hrtime.bigint()
const now = () => Number((process.hrtime.bigint() - born) / 1_000_000n)
const core = new BridgeCore({
  hello, specs: compileSpecs(specs), newSession: () => randomBytes(8).toString('hex'), leaseMs
})
const router = new Router({ maxMessageSize: 4 * MAX_FRAME, linger: 200, ipv6: endpoint.includes('['), immediate: true })

const outgoing = []
let sending = false

function carryOut (effects) {
  for (const effect of effects) {
    if (effect.send) queue(effect.to, effect.send)
    else parentPort.postMessage(effect)
  }
}

function queue (to, envelope) {
  let frame
  try {
    frame = encode(envelope)
  } catch (error) {
    frame = encode(broken(envelope, `the answer cannot be carried by msgpack: ${error.message}`))
  }
  if (frame.length > MAX_FRAME) frame = encode(broken(envelope, 'the answer is too long'))
  outgoing.push([Buffer.from(to, 'hex'), frame])
  if (!sending) pump()
}

const broken = (envelope, message) => ({ ...envelope, kind: 'result', body: { ok: false, error: { code: 'internal', message } } })

async function pump () {
  sending = true
  while (outgoing.length) {
    try {
      await router.send(outgoing.shift())
    } catch (error) { // a peer that is gone or does not read loses its messages; the bridge goes on
      process.stderr.write(`bridge: a message was not delivered: ${error.message}\n`)
    }
  }
  sending = false
}

const SAID = {
  done: ({ session, id, value, assistance }) => core.bodyDone(session, id, value, assistance),
  fail: ({ session, id, error, assistance }) => core.bodyFailed(session, id, error, assistance),
  progress: ({ session, id, value }) => core.bodyProgress(session, id, value),
  event: ({ type, data }) => core.bodyEvent(type, data),
  rest: () => core.bodyRests(),
  alive: () => core.bodyAlive(),
  lost: ({ reason }) => core.bodyLost(reason)
}

parentPort.on('message', async (message) => {
  if (message.said === 'close') {
    await new Promise((resolve) => setTimeout(resolve, 50)) // last words
    router.close()
    process.exit(0)
  }
  carryOut(core.advance(now()))
  carryOut(SAID[message.said](message))
})

function watchParent () {
  const first = process.ppid
  setInterval(() => {
    if (process.ppid === first && (parentPid === null || first === parentPid || isAlive(parentPid))) return
    parentPort.postMessage({ orphaned: true })
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LEAVE_MS)
  }, PARENT_CHECK_MS)
}

function isAlive (pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

if (!LOOPBACK.test(endpoint)) {
  parentPort.postMessage({ failed: { code: 'bad_endpoint', message: `the endpoint ${endpoint} can be reached from other machines`, remedy: 'Use tcp://127.0.0.1:PORT or ipc://PATH.' } })
} else {
  try {
    await router.bind(endpoint)
    watchParent()
    setInterval(() => carryOut(core.advance(now())), TICK_MS)
    parentPort.postMessage({ bound: router.lastEndpoint })
    for await (const [identity, ...frames] of router) {
      carryOut(core.advance(now()))
      if (frames.length === 1) carryOut(core.receive(identity.toString('hex'), frames[0]))
      else core.dropped++
    }
  } catch (error) {
    parentPort.postMessage({ failed: { code: error.code === 'EADDRINUSE' ? 'port_taken' : 'bridge_failed', message: `cannot listen at ${endpoint}: ${error.message}`, remedy: 'Choose another port, or 0 for any free one.' } })
  }
}
