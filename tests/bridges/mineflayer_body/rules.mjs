// node rules.mjs SOURCES PORT: a body under rules on a flat world; prints what each primitive answered.
import { pathToFileURL } from 'node:url'
import path from 'node:path'

const [,, sources, port] = process.argv
const { createBody } = await import(pathToFileURL(path.join(sources, 'body', 'index.js')))
const body = await createBody(
  { host: '127.0.0.1', port: Number(port), version: '1.20.4', username: 'bot', auth: 'offline', fast: true, allow_hidden_search: false },
  { event: () => {}, lost: () => {} }
)

async function call (label, name, args = {}) {
  const context = { signal: AbortSignal.timeout(30_000), progress () {}, assist () {} }
  try {
    const value = await body.run(name, args, context)
    process.stdout.write(`${JSON.stringify({ label, value })}\n`)
    return value
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ label, error: error.code ?? error.stack, message: error.message })}\n`)
    return {}
  }
}

const { facts } = await body.run('observe', {}, { signal: AbortSignal.timeout(5000) })
const [x, y, z] = facts.position.map(Math.floor)
const below = { x, y: y - 1, z }
const beside = { x: x + 1, y: y - 1, z }

await call('take', 'take_rules', { no_dig_down: true })
await call('down', 'dig', { ...below, harvest: false })
await call('still up', 'observe')
await call('beside', 'dig', { ...beside, harvest: false })
await call('fence', 'take_rules', { stay_out: [{ low: [x + 3, y - 60, z - 2], high: [x + 6, y + 60, z + 3] }] })
await call('into', 'go_to', { x: x + 4, y, z, range: 0 })
await call('outside', 'observe')
await call('around', 'go_to', { x: x + 9, y, z, range: 1 })
await call('lift', 'take_rules', {})
await call('there', 'observe')
process.exit(0)
