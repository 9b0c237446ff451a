/**
 * The thread that owns the socket, the protocol and the clock. It goes on while the body's thread, which is the main
 * thread, is blocked: halts are answered, older calls refused, and the process ends with its parent.
 *
 * From the main thread: describe, close, and words of the body: alive, done, fail, progress, event, rests, stuck, lost. To it:
 * bound, refused, start, abort, rest, leave, closed.
 */
import { randomBytes } from 'node:crypto'
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { Router } from 'zeromq'
import { BridgeCore } from './core.js'
import { MAX_FRAME, carriable } from './envelope.js'
import { watchParent } from './orphan.js'
import { Outbox } from './outbox.js'

const LEAVE_MS = 1000

const born = performance.now()
const now = () => Math.floor(performance.now() - born)
const tell = (message) => parentPort.postMessage(message)

let core = null
let timer = null
let timerAt = Infinity

watchParent(workerData.parentPid, (why) => {
  tell({ leave: why })
  // Should the main thread be blocked, nothing gentler than this can end the process.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LEAVE_MS)
})

const router = new Router({ linger: 200, maxMessageSize: 4 * MAX_FRAME, ipv6: workerData.endpoint.includes('[') })
const outbox = new Outbox(router)

function carryOut (effects) {
  for (const effect of effects) {
    if (effect.send) outbox.put(effect.to, effect.send)
    else tell(effect)
  }
  schedule()
}

function schedule () {
  const due = core.nextDue
  // What fell due earlier than is now needed only looks once too often; moving the timer at every message costs more.
  if (due >= timerAt) return
  clearTimeout(timer)
  timerAt = due
  timer = setTimeout(onTime, Math.max(0, due - now()))
}

function onTime () {
  timerAt = Infinity
  // This thread may have been starved itself: hear what was said in time before judging who was silent.
  setImmediate(() => {
    for (let waiting; (waiting = receiveMessageOnPort(parentPort));) hear(waiting.message)
    carryOut(core.advance(now()))
  })
}

function hear (message) {
  if (message.close) {
    // Closed in order: left to the end of the process, the socket's destructor aborts it.
    router.close()
    tell({ closed: true })
    return
  }
  if (message.describe) {
    core = new BridgeCore(message.describe, () => randomBytes(8).toString('hex'), workerData.leaseMs)
    core.bodyAlive(now())
    serve()
    return
  }
  if (!core) return
  carryOut(core.bodyAlive(now()))
  carryOut(wordOf(message))
}

function wordOf (message) {
  const { session, id } = message
  switch (message.word) {
    case 'done': return core.bodyDone(session, id, message.value, message.assistance)
    case 'fail': return core.bodyFailed(session, id, message.error, message.assistance)
    case 'progress': return core.bodyProgress(session, id, message.value)
    case 'event': return core.bodyEvent(message.type, carriable(message.data))
    case 'rests': return core.bodyRests()
    case 'stuck': return core.bodyStuck(message.stuck)
    case 'lost': return core.bodyLost(message.reason)
    default: return []
  }
}

async function serve () {
  schedule()
  for await (const [peer, ...frames] of router) {
    if (frames.length === 1) carryOut(core.receive(peer.toString('latin1'), frames[0], now()))
    else core.dropped++
  }
}

parentPort.on('message', hear)
try {
  await router.bind(workerData.endpoint)
  tell({ bound: router.lastEndpoint })
} catch (error) {
  tell({ refused: { code: error.code ?? 'internal', message: error.message } })
}
