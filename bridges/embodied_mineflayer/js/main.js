// node main.js CONFIG.json: a Minecraft body behind the bridge protocol (docs/bridge-protocol.md).
//
// CONFIG: {endpoint, lease_ms, parent_pid, body: {kind?: "test", host, port, version, username, auth, fast,
// allow_hidden_search, identity}}. One JSON line on standard output when ready, or with the error; the log is
// on standard error. Ends when standard input closes or the parent is gone.

import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { createBody } from './body/index.js'
import { serveCalls } from './protocol/calls.js'
import { createTestBody } from './protocol/test_body.js'

const LEAVE_MS = 1000

const REMEDIES = {
  server_unreachable: 'Start the server, or correct [world] host and port in the launch file.',
  wrong_version: "Set [world] version in the launch file to the server's, such as \"1.20.4\".",
  kicked: 'See what the server says; with online accounts set [world] auth = "microsoft".',
  login_failed: 'With online accounts set [world] auth = "microsoft"; else look at the log.',
  no_spawn: "Look at the server's log; it may still be starting."
}

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
const log = (words) => process.stderr.write(`bridge: ${words}\n`)

function giveUp (error) {
  const remedy = error.remedy ?? REMEDIES[error.code] ?? 'Look at the log of the bridge.'
  if (!error.code) log(error.stack ?? String(error))
  say({ ready: false, error: { code: error.code ?? 'start_failed', message: error.message, remedy } })
  setTimeout(() => process.exit(2), 100)
}

async function main () {
  const config = JSON.parse(readFileSync(process.argv[2], 'utf8'))
  let worker = null
  const early = []
  const tell = (message) => (worker ? worker.postMessage(message) : early.push(message))
  const hooks = {
    event: (type, data) => tell({ said: 'event', type, data: JSON.parse(JSON.stringify(data ?? {})) }),
    lost: (reason) => tell({ said: 'lost', reason: String(reason) })
  }
  process.on('uncaughtException', (error) => {
    log(`fault: ${error.stack ?? error}`)
    hooks.event('fault', { message: String(error.message ?? error) })
  })
  process.on('unhandledRejection', (error) => {
    log(`fault: ${error?.stack ?? error}`)
    hooks.event('fault', { message: String(error?.message ?? error) })
  })

  const body = config.body.kind === 'test' ? createTestBody(config.body, hooks) : await createBody(config.body, hooks)
  const { kind, identity, details, specs, families } = body
  worker = new Worker(new URL('./protocol/worker.js', import.meta.url), {
    workerData: {
      endpoint: config.endpoint ?? 'tcp://127.0.0.1:*',
      leaseMs: config.lease_ms ?? 2000,
      parentPid: config.parent_pid ?? null,
      hello: { body: { kind, identity, details }, primitives: specs, families },
      specs
    }
  })
  const calls = serveCalls(worker, body)
  let leaving = false
  const leave = (code) => {
    if (leaving) return
    leaving = true
    calls.stop()
    setTimeout(() => process.exit(code), LEAVE_MS)
    worker.once('exit', () => process.exit(code))
    try {
      body.close()
    } finally {
      worker.postMessage({ said: 'close' })
    }
  }
  worker.on('message', (message) => {
    if (message.bound) say({ ready: true, endpoint: message.bound, identity })
    else if (message.failed) giveUp(message.failed)
    else if (message.orphaned) leave(1)
    else calls.carryOut(message)
  })
  worker.on('error', (error) => {
    log(`the protocol's thread broke: ${error.stack}`)
    leave(1)
  })
  for (const message of early) worker.postMessage(message)
  process.stdin.on('end', () => leave(0)).on('close', () => leave(0)).resume()
  process.on('SIGTERM', () => leave(0))
  process.on('SIGINT', () => {}) // Ctrl-C is for the parent, which closes us in order
}

main().catch(giveUp)
