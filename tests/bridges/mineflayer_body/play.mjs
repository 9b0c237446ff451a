// node play.mjs SOURCES PORT: a body plays by a script and prints what each primitive answered, one JSON line each.
import { pathToFileURL } from 'node:url'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'

const [,, sources, port] = process.argv
const { createBody } = await import(pathToFileURL(path.join(sources, 'body', 'index.js')))
const events = []
const body = await createBody(
  { host: '127.0.0.1', port: Number(port), version: '1.20.4', username: 'bot', auth: 'offline', fast: true, allow_hidden_search: false },
  { event: (type, data) => events.push({ type, ...data }), lost: () => {} }
)
const print = (label, value) => process.stdout.write(`${JSON.stringify({ label, ...value })}\n`)

async function call (label, name, args = {}, abortAfterMs = 30_000) {
  const controller = new AbortController()
  const started = performance.now()
  const timer = setTimeout(() => controller.abort(Object.assign(new Error('halted'), { code: 'halted' })), abortAfterMs)
  try {
    const value = await body.run(name, args, { signal: controller.signal, progress () {}, assist () {} })
    print(label, { value, ms: performance.now() - started })
    return value
  } catch (error) {
    print(label, { error: error.code ?? error.stack, message: error.message, ms: performance.now() - started })
    return {}
  } finally {
    clearTimeout(timer)
  }
}

async function untilHeld (item) {
  for (let tries = 0; tries < 100; tries++) {
    const { facts } = await body.run('observe', {}, { signal: new AbortController().signal })
    if (facts.inventory[item]) return
    await body.run('wait', { seconds: 0.05 }, { signal: new AbortController().signal })
  }
  throw new Error(`${item} was not given`)
}

/** A second player, who may use commands, gives things; the body itself refuses to. */
async function give (item, count) {
  giver.chat(`/give bot ${item} ${count}`)
  await untilHeld(item)
}

const giver = createRequire(path.join(sources, 'package.json'))('mineflayer')
  .createBot({ host: '127.0.0.1', port: Number(port), version: '1.20.4', username: 'giver', auth: 'offline' })
await once(giver, 'spawn')
print('body', { specs: body.specs.map(({ name }) => name), families: body.families.map(({ name }) => name), details: body.details })
await call('first look', 'observe')
const { facts } = await body.run('observe', {}, { signal: new AbortController().signal })
const [x, y, z] = facts.position.map(Math.floor)

print('feet', { value: { x, y, z } })
await call('no wood', 'craft', { item: 'oak_planks' })
await call('command', 'say', { text: '/give bot diamond' })
await call('command in the second line', 'say', { text: 'hi\n/give bot diamond' })
await call('x-ray', 'find_hidden_blocks', { names: ['stone'] })
await call('unknown block', 'find_blocks', { names: ['oak_lgo'] })
await call('buried', 'block_at', { x, y: y - 5, z })
await call('surveyed', 'survey', { radius: 3 })
await call('surveyed again', 'survey')
await call('far', 'dig', { x: x + 20, y: y - 1, z })

await give('oak_log', 5)
await call('planks', 'craft', { item: 'oak_planks', count: 16 })
await call('sticks', 'craft', { item: 'stick', count: 5 })
await call('no table', 'craft', { item: 'wooden_pickaxe' })
await call('table', 'craft', { item: 'crafting_table' })
const spot = await call('place for a table', 'find_place')
print('spot', { value: spot })
await call('placed', 'place', { item: 'crafting_table', ...spot })
await call('occupied', 'place', { item: 'oak_planks', ...spot })
await call('pickaxe', 'craft', { item: 'wooden_pickaxe' })
await call('near', 'observe')
await call('surveyed with a table', 'survey', { radius: 4 })

await call('dug', 'dig', { x: x + 2, y: y - 1, z: z + 2 })
await call('collected', 'collect')
await call('nothing left', 'collect')
await call('walk', 'walk_to', { x: x + 1, y, z })
await call('travel', 'go_to', { x: x + 8, y, z: z + 8, range: 0 })
await call('there already', 'go_to', { x: x + 8, y, z: z + 8, range: 1 })
await call('halted', 'go_to', { x: x + 40, y, z: z + 8 }, 400)
await call('after the halt', 'walk_to', { x: Math.floor(x + 8), y: y + 30, z })

for (const [item, count] of [['furnace', 1], ['raw_iron', 2], ['coal', 1]]) await give(item, count)
const hearth = await call('place for a furnace', 'find_place')
await call('furnace placed', 'place', { item: 'furnace', ...hearth })
await call('not smeltable', 'smelt', { ...hearth, item: 'stick', fuel: 'coal' })
await call('no input', 'smelt', { ...hearth, item: 'raw_gold', fuel: 'coal' })
await call('smelted', 'smelt', { ...hearth, item: 'raw_iron', fuel: 'coal', count: 2 })
await call('last look', 'observe')
print('events', { events })
giver.quit()
body.close()
setTimeout(() => process.exit(0), 300)
