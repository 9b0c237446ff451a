// node interrupted.mjs SOURCES: a body crafts while something is picked up between its clicks, one click later each
// time; prints what the craft answered, what the body holds by its own account and by the server's.
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [,, sources] = process.argv
const require = createRequire(import.meta.url)
const { startServer, until } = require('../../minecraft/server/js/world.js')
const { createBody } = await import(pathToFileURL(path.join(sources, 'body', 'index.js')))
const server = await startServer()
const body = await createBody(
  { host: '127.0.0.1', port: server.port, version: '1.20.4', username: 'bot', auth: 'offline', fast: true },
  { event () {}, lost () {} }
)
const player = await until('the body', () => server.player('bot')?.ready && server.player('bot'))
let left = -1
player._client.on('window_click', () => { if (left-- === 0) player.give(server.stacks.make('diamond')) })
const run = (name, args = {}) => body.run(name, args, { signal: AbortSignal.timeout(20_000), progress () {}, assist () {} })
const { facts: { position: [x, y, z] } } = await run('observe')
const table = { x: Math.floor(x) + 2, y: Math.floor(y), z: Math.floor(z) }
await server.set(table.x, table.y, table.z, 'crafting_table')
const seen = async () => (await run('observe')).facts.inventory

for (const [item, ingredients, clicks] of [['iron_pickaxe', { iron_ingot: 3, stick: 4 }, 10], ['oak_planks', { oak_log: 3 }, 5]]) {
  for (let at = 0; at < clicks; at++) {
    for (let slot = 1; slot <= 45; slot++) player.setSlot(slot, null)
    for (let slot = 36; slot < 45; slot++) player.setSlot(slot, server.stacks.make('dirt', 64))
    Object.entries(ingredients).forEach(([name, count], i) => player.setSlot(9 + i, server.stacks.make(name, count)))
    player.sendInventory()
    await until('the ingredients', async () => { const held = await seen(); return !held[item] && Object.keys(ingredients).every(name => held[name]) })
    left = at
    let answer
    try {
      answer = await run('craft', { item, count: 1, ...table })
    } catch (error) {
      answer = { error: error.code ?? error.stack, message: error.message }
    }
    left = -1
    const counts = {}
    for (const stack of player.inventory.slots) if (stack) counts[stack.name] = (counts[stack.name] ?? 0) + stack.count
    process.stdout.write(`${JSON.stringify({ item, at, answer, seen: await seen(), held: counts })}\n`)
  }
}
body.close()
setTimeout(() => process.exit(0), 300)
