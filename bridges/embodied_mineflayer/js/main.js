/**
 * `node main.js CONFIG.json` serves one body over the bridge protocol (docs/bridge-protocol.md) until standard input closes.
 *
 * The configuration: {endpoint, parent_pid, lease_ms, body: {kind, …}}, see ../bridge.py. Nothing is imported before
 * Node's version is known, since an old one would fail with words that help nobody.
 */
import { readFileSync, writeSync } from 'node:fs'
import { REMEDIES } from './protocol/remedies.js'

const OLDEST_NODE = 20
const CLOSE_MS = 500

// Standard output carries the ready line and nothing else, whatever a package wants to print.
for (const name of ['log', 'info', 'debug']) console[name] = console.error

const say = (message) => writeSync(1, JSON.stringify(message) + '\n')

function refuse (code, message) {
  say({ ready: false, error: { code, message, remedy: REMEDIES[code] ?? REMEDIES.internal } })
  process.exit(1)
}

function configuration (path) {
  try {
    const { endpoint = 'tcp://127.0.0.1:*', body = {}, ...rest } = JSON.parse(readFileSync(path, 'utf8'))
    return { endpoint, body, ...rest }
  } catch (error) {
    return refuse('bad_config', `the configuration '${path ?? ''}' cannot be read: ${error.message}`)
  }
}

async function leave (why, body, exit) {
  process.stderr.write(`bridge: leaving: ${why}\n`)
  setTimeout(exit, CLOSE_MS)
  try {
    await body?.rest(why)
    await body?.close()
  } catch (error) {
    process.stderr.write(`bridge: ${error.stack}\n`)
  }
  // A turn later, so that what was written to the game's server is on its way.
  setTimeout(exit, 50)
}

async function main () {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    refuse('node_too_old', `Node ${OLDEST_NODE} or newer is needed, this is ${process.version}`)
  }
  const config = configuration(process.argv[2])
  let bridge = null
  const fault = (error) => {
    process.stderr.write(`bridge: a fault that nothing caught: ${error?.stack ?? error}\n`)
    bridge?.fault(error)
  }
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)
  process.on('SIGINT', () => {}) // Ctrl-C is for the parent, which closes us in order
  try {
    const { serve } = await import('./protocol/bridge.js')
    const { createBody } = await import(config.body.kind === 'test' ? './protocol/test_body.js' : './body/index.js')
    bridge = await serve(config, createBody, leave)
  } catch (error) {
    process.stderr.write(`bridge: ${error.stack}\n`)
    refuse(error.name === 'Failure' ? error.code : 'internal', error.message)
  }
  say({ ready: true, endpoint: bridge.endpoint })
}

await main()
