// node rules.mjs SOURCES PORT: a body under rules on a flat world; prints what each primitive answered, and where
// another player saw the body go meanwhile.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import path from 'node:path'

const [,, sources, port] = process.argv
const { createBody } = await import(pathToFileURL(path.join(sources, 'body', 'index.js')))
const server = { host: '127.0.0.1', port: Number(port), version: '1.20.4', auth: 'offline' }
const witness = createRequire(path.join(sources, 'package.json'))('mineflayer').createBot({ ...server, username: 'witness' })
await once(witness, 'spawn')
let trail = []
witness.on('entityMoved', (entity) => {
  if (entity.username === 'bot') trail.push(entity.position.toArray().map((value) => Math.round(value * 100) / 100))
})
const body = await createBody(
  { ...server, username: 'bot', fast: true, allow_hidden_search: false },
  { event: () => {}, lost: () => {} }
)

async function call (label, name, args = {}) {
  const context = { signal: AbortSignal.timeout(30_000), progress () {}, assist () {} }
  trail = []
  try {
    const value = await body.run(name, args, context)
    process.stdout.write(`${JSON.stringify({ label, value, trail })}\n`)
    return value
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ label, error: error.code ?? error.stack, message: error.message, trail })}\n`)
    return {}
  }
}

const rules = (given = {}) => body.run('take_rules', given, { signal: AbortSignal.timeout(5000) })
const block = async (label, x, y, z) => call(label, 'block_at', { x, y, z })
const { facts } = await body.run('observe', {}, { signal: AbortSignal.timeout(5000) })
const [x, y, z] = facts.position.map(Math.floor)
const column = (low, high) => ({ low: [low[0], -1e6, low[1]], high: [high[0], 1e6, high[1]] })

await rules({ no_dig_down: true })
await call('down', 'dig', { x, y: y - 1, z, harvest: false })
await call('start', 'observe')

await rules({ stay_out: [column([x + 3, z - 2], [x + 6, z + 3])] })
await call('into', 'go_to', { x: x + 4, y, z, range: 0 })
await call('near', 'go_to', { x: x + 4, y, z, range: 3 })
await call('straight into', 'walk_to', { x: x + 3, y, z })
await call('around', 'go_to', { x: x + 9, y, z, range: 1 })
await call('there', 'observe')
await call('back', 'go_to', { x, y, z, range: 0 })

await rules({ no_touch: ['grass_*'] })
await call('grass', 'dig', { x, y: y - 1, z: z + 1, harvest: false })
await call('under the grass', 'go_to', { x: x + 2, y: y - 3, z: z + 3, range: 0 })
await block('the grass is still there', x + 2, y - 1, z + 3)
await rules({ no_dig_down: true })
await call('home', 'go_to', { x, y, z, range: 0 })
await call('beside', 'dig', { x: x + 1, y: y - 1, z, harvest: false })
await rules({ lowest: y })
await call('below', 'go_to', { x: x + 2, y: y - 3, z: z + 3, range: 0 })
await call('where it would fall', 'dig', { x, y: y - 1, z, harvest: false })
await call('deeper with the hand alone', 'dig', { x: x - 1, y: y - 1, z, harvest: false })
await rules({ no_dig: [column([x - 8, z - 8], [x + 8, z + 8])] })
await call('in the garden', 'dig', { x, y: y - 1, z: z - 1, harvest: false })
await call('out of the garden', 'go_to', { x: x + 2, y: y - 3, z: z + 3, range: 0 })

await rules({ no_place: ['dirt'] })
await call('a block', 'place', { item: 'dirt', x: x - 1, y: y - 1, z })
await call('a tower', 'go_to', { x, y: y + 4, z, range: 0 })
await rules({ no_place: ['lava_bucket'] })
await call('lava', 'use_on', { item: 'lava_bucket', x, y: y - 1, z: z - 1 })
await call('lava as a block', 'place', { item: 'lava_bucket', x: x - 1, y: y - 1, z })
await rules({ no_build: [column([x - 2, z - 2], [x + 2, z + 2])] })
await call('built there', 'place', { item: 'dirt', x: x - 1, y: y - 1, z })
await rules({ keep: { torch: 5 } })
await call('one torch of six', 'place', { item: 'torch', x: x - 2, y, z })
await call('one torch of five', 'place', { item: 'torch', x: x - 2, y, z: z + 1 })
await rules({ keep: { bread: 5 } })
await call('whatever there is to eat', 'eat')
await rules({ stay_in: [column([x - 4, z - 4], [x + 5, z + 5])] })
await call('within', 'go_to', { x: x - 3, y, z: z - 3, range: 0 })
await call('beyond', 'go_to', { x: x + 9, y, z, range: 0 })

await rules()
await call('home', 'go_to', { x, y, z, range: 0 })
await call('filled', 'place', { item: 'dirt', x: x - 1, y: y - 1, z })
await call('lifted', 'go_to', { x: x + 4, y: y - 3, z: z + 3, range: 0 })
process.stdout.write(`${JSON.stringify({ label: 'feet', value: { x, y, z } })}\n`)
process.exit(0)
