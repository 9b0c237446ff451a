'use strict'
// The rules, with a real mineflayer client. One server for all; each test uses its own corner of it.

const { test, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { startServer, join, until, Vec3 } = require('./world')

let server
let bot

before(async () => {
  server = await startServer()
  bot = await join(server)
})
after(async () => {
  bot.quit()
  await server.stop()
  setTimeout(() => process.exit(), 300)
})

const fresh = async () => {
  const player = server.player('bot')
  for (let i = 1; i <= 45; i++) player.setSlot(i, null)
  await until('an empty inventory', () => bot.inventory.items().length === 0)
}
const recipe = (name, table = null) => bot.recipesFor(bot.id(name), null, 1, table)[0]
const serverCount = name => server.player('bot').inventory.slots.filter(Boolean)
  .filter(stack => stack.name === name).reduce((sum, stack) => sum + stack.count, 0)
const block = (x, y, z) => bot.blockAt(new Vec3(x, y, z))

test('crafts in the 2x2 grid and at a table, and both sides agree', async () => {
  await fresh()
  await bot.give('oak_log', 4)
  await bot.craft(recipe('oak_planks'), 4)
  await bot.craft(recipe('stick'), 1)
  await server.set(9, 64, 9, 'crafting_table')
  const table = await bot.sees(9, 64, 9, 'crafting_table')
  await bot.craft(recipe('wooden_pickaxe', table), 2, table)
  await until('two pickaxes on the server', () => serverCount('wooden_pickaxe') === 2)
  assert.equal(serverCount('oak_planks'), 16 - 2 - 6)
  assert.equal(bot.has('oak_planks'), 8)
  assert.equal(bot.has('stick'), 0)
})

test('crafts mirrored and shapeless recipes', async () => {
  await fresh()
  await bot.give('iron_ingot', 4)
  await bot.give('stick', 2)
  await bot.give('flint', 1)
  const table = await bot.sees(9, 64, 9, 'crafting_table')
  await bot.craft(recipe('iron_axe', table), 1, table)
  await bot.craft(recipe('flint_and_steel'), 1)
  await until('both made', () => serverCount('iron_axe') === 1 && serverCount('flint_and_steel') === 1)
})

test('leaves the buckets of a cake in the grid, to be given back', async () => {
  await fresh()
  for (let i = 0; i < 3; i++) await bot.give('milk_bucket')
  await bot.give('sugar', 2)
  await bot.give('egg')
  await bot.give('wheat', 3)
  const table = await bot.sees(9, 64, 9, 'crafting_table')
  await bot.craft(recipe('cake', table), 1, table)
  await until('a cake and three buckets', () => serverCount('cake') === 1 && serverCount('bucket') === 3)
  await until('the client to see them', () => bot.has('cake') === 1 && bot.has('bucket') === 3)
})

test('shift click crafts as many as there are ingredients for', async () => {
  await fresh()
  await bot.give('oak_log', 3)
  const log = bot.inventory.items()[0].slot
  await bot.clickWindow(log, 0, 0)
  await bot.clickWindow(1, 0, 0)
  await bot.clickWindow(0, 0, 1)
  await until('12 planks', () => serverCount('oak_planks') === 12 && bot.has('oak_planks') === 12)
  assert.equal(serverCount('oak_log'), 0)
})

test('a furnace burns fuel, shows progress and smelts', async () => {
  await fresh()
  await server.set(8, 64, 10, 'furnace')
  await bot.sees(8, 64, 10, 'furnace')
  await bot.give('raw_iron', 3)
  await bot.give('coal', 2)
  const furnace = await bot.openFurnace(block(8, 64, 10))
  await furnace.putFuel(bot.id('coal'), null, 1)
  await furnace.putInput(bot.id('raw_iron'), null, 3)
  await until('progress', () => furnace.progress > 0 && furnace.fuel > 0)
  assert.ok(server.properties(server.at(8, 64, 10)).lit)
  await until('three ingots', () => furnace.outputItem()?.count === 3)
  await furnace.takeOutput()
  furnace.close()
  await until('ingots on both sides', () => serverCount('iron_ingot') === 3 && bot.has('iron_ingot') === 3)
  assert.equal(serverCount('coal'), 1)
})

test('a lava bucket in a furnace leaves its bucket', async () => {
  await fresh()
  await server.set(8, 64, 11, 'furnace')
  await bot.sees(8, 64, 11, 'furnace')
  await bot.give('lava_bucket')
  await bot.give('sand')
  const furnace = await bot.openFurnace(block(8, 64, 11))
  await furnace.putFuel(bot.id('lava_bucket'), null, 1)
  await furnace.putInput(bot.id('sand'), null, 1)
  await until('glass', () => furnace.outputItem()?.name === 'glass')
  assert.equal(furnace.fuelItem().name, 'bucket')
  furnace.close()
})

test('a chest keeps what is put in, and spills it when broken', async () => {
  await fresh()
  await server.set(7, 64, 9, 'chest')
  await bot.sees(7, 64, 9, 'chest')
  await bot.give('diamond', 5)
  let chest = await bot.openContainer(block(7, 64, 9))
  await chest.deposit(bot.id('diamond'), null, 3)
  chest.close()
  await until('two left', () => serverCount('diamond') === 2)
  chest = await bot.openContainer(block(7, 64, 9))
  assert.equal(chest.containerItems()[0].count, 3)
  await chest.withdraw(bot.id('diamond'), null, 1)
  chest.close()
  await until('three again', () => serverCount('diamond') === 3 && bot.has('diamond') === 3)
  await bot.dig(block(7, 64, 9))
  await until('the rest collected', () => serverCount('diamond') === 5 && serverCount('chest') === 1)
})

test('ores need their tool, tools wear and break', async () => {
  await fresh()
  await server.set(8, 64, 9, 'iron_ore')
  await bot.sees(8, 64, 9, 'iron_ore')
  await bot.hold('wooden_pickaxe')
  await bot.dig(block(8, 64, 9))
  await until('wear', () => server.stacks.damageOf(server.player('bot').held()) === 1)
  await until('the client to see the wear', () => bot.heldItem?.durabilityUsed === 1)
  const worn = server.stacks.make('wooden_pickaxe')
  worn.durabilityUsed = worn.maxDurability - 1
  server.player('bot').setSlot(server.player('bot').heldIndex(), worn)
  await server.set(8, 64, 9, 'coal_ore')
  await bot.sees(8, 64, 9, 'coal_ore')
  await bot.dig(block(8, 64, 9))
  await until('a broken tool', () => !bot.heldItem && serverCount('wooden_pickaxe') === 0)
  await until('coal', () => serverCount('coal') === 1)
  assert.equal(serverCount('raw_iron'), 0)
})

test('dropped items say what they are, and are collected after half a second', async () => {
  await fresh()
  server.serv.dropItem(server.serv.overworld, new Vec3(13.5, 66, 8.5), server.stacks.make('emerald', 7))
  const item = await until('the item', () => Object.values(bot.entities)
    .find(entity => entity.name === 'item' && entity.getDroppedItem()?.name === 'emerald'))
  assert.equal(item.getDroppedItem().count, 7)
  await until('it to lie on the ground', () => Math.abs(item.position.y - 64) < 0.05)
  await bot.goTo(12.5, 8.5)
  await until('seven emeralds', () => bot.has('emerald') === 7 && serverCount('emerald') === 7)
})

test('what is dropped under water floats up to its surface', async () => {
  await fresh()
  for (let y = 59; y <= 63; y++) await server.set(1, y, 1, 'water')
  server.serv.dropItem(server.serv.overworld, new Vec3(1.5, 59.3, 1.5), server.stacks.make('diamond'))
  const lies = () => server.serv.lyingItems().find(({ stack }) => stack.item === 'diamond')
  await until('it to float', () => lies().position[1] > 63.5)
  assert.ok(lies().position[1] < 64)
})

test('throws items out and they stay thrown', async () => {
  await fresh()
  await bot.give('dirt', 5)
  await bot.look(0, 0, true)
  await bot.toss(bot.id('dirt'), null, 2)
  await until('three left', () => serverCount('dirt') === 3 && bot.has('dirt') === 3)
  await until('two lying', () => server.serv.lyingItems().filter(({ stack }) => stack.item === 'dirt').reduce((sum, { stack }) => sum + stack.count, 0) === 2)
})

test('places torches, furnaces, doors and slabs the right way round', async () => {
  await fresh()
  await bot.goTo(8.5, 8.5)
  await bot.hold('torch', 4)
  await bot.placeBlock(block(6, 63, 8), new Vec3(0, 1, 0))
  assert.equal(server.at(6, 64, 8).name, 'torch')
  await server.set(6, 65, 10, 'stone')
  await bot.sees(6, 65, 10, 'stone')
  await bot.placeBlock(block(6, 65, 10), new Vec3(1, 0, 0))
  assert.deepEqual([server.at(7, 65, 10).name, server.properties(server.at(7, 65, 10)).facing], ['wall_torch', 'east'])
  await bot.hold('furnace')
  await bot.aim(8.5, 64, 5.5)
  await bot.placeBlock(block(8, 63, 5), new Vec3(0, 1, 0))
  assert.equal(server.properties(server.at(8, 64, 5)).facing, 'south')
  await bot.hold('oak_door')
  await bot.placeBlock(block(10, 63, 6), new Vec3(0, 1, 0))
  await bot.sees(10, 65, 6, 'oak_door')
  assert.equal(server.properties(server.at(10, 65, 6)).half, 'upper')
  await bot.activateBlock(block(10, 64, 6))
  await until('an open door', () => server.properties(server.at(10, 64, 6)).open && server.properties(server.at(10, 65, 6)).open)
  await until('the door used up', () => serverCount('oak_door') === 0)
  await bot.hold('stone_slab', 2)
  await bot.placeBlock(block(6, 63, 6), new Vec3(0, 1, 0))
  await bot._genericPlace(block(6, 64, 6), new Vec3(0, 1, 0), { delta: new Vec3(0.5, 1, 0.5) })
  await until('a double slab', () => server.properties(server.at(6, 64, 6)).type === 'double')
})

test('a torch falls off when its block goes, and sand falls', async () => {
  await fresh()
  await server.set(5, 64, 5, 'stone')
  await server.set(5, 65, 5, 'torch')
  await server.set(5, 64, 5, 'air')
  await until('no torch', () => server.at(5, 65, 5).name === 'air')
  await server.set(4, 70, 4, 'sand')
  await until('fallen sand', () => server.at(4, 64, 4).name === 'sand' && server.at(4, 70, 4).name === 'air')
  await bot.sees(4, 64, 4, 'sand')
})

test('fills a bucket and pours it out', async () => {
  await fresh()
  await bot.goTo(8.5, 8.5)
  await server.set(10, 63, 8, 'water')
  await bot.sees(10, 63, 8, 'water')
  await bot.hold('bucket')
  await bot.aim(10.5, 63.9, 8.5)
  bot.activateItem()
  await until('a water bucket', () => bot.has('water_bucket') === 1 && serverCount('bucket') === 0)
  assert.equal(server.at(10, 63, 8).name, 'air')
  await bot.aim(10.9, 63.5, 8.5)
  bot.activateItem()
  await until('poured', () => server.at(10, 63, 8).name === 'water' && serverCount('bucket') === 1)
  await server.set(10, 63, 8, 'grass_block')
})

test('eats when hungry', async () => {
  await fresh()
  const player = server.player('bot')
  player.food = 10
  player.foodSaturation = 0
  player.updateHealth(player.health)
  await bot.hold('bread', 2)
  await until('the client to be hungry', () => bot.food === 10)
  await bot.consume()
  await until('fed', () => bot.food === 15 && bot.has('bread') === 1)
})

test('tills soil and plants', async () => {
  await fresh()
  await server.set(8, 63, 10, 'dirt')
  await server.set(8, 64, 10, 'air')
  await bot.sees(8, 63, 10, 'dirt')
  await bot.hold('iron_hoe')
  await bot.activateBlock(block(8, 63, 10))
  await bot.sees(8, 63, 10, 'farmland')
  await bot.hold('wheat_seeds', 3)
  await bot.placeBlock(block(8, 63, 10), new Vec3(0, 1, 0))
  await bot.sees(8, 64, 10, 'wheat')
})

test('an ordinary player has no commands', async () => {
  await fresh()
  bot.chat('/give bot diamond 1')
  bot.chat('/kill')
  await bot.hold('apple') // a later packet that has been worked through
  assert.equal(serverCount('diamond'), 0)
  assert.equal(server.player('bot').health, 20)
})

test('malformed and hostile packets change nothing and end nothing', async () => {
  await fresh()
  await bot.give('stone', 10)
  const client = bot._client
  const empty = { present: false }
  const click = (slot, mouseButton, mode, windowId = 0) => client.write('window_click',
    { windowId, stateId: 1, slot, mouseButton, mode, changedSlots: [], cursorItem: empty })
  for (const slot of [-32768, -999, -1, 46, 32767]) {
    for (const mode of [0, 1, 2, 3, 4, 5, 6, 99]) for (const button of [-128, 0, 1, 40, 127]) click(slot, button, mode)
  }
  click(0, 0, 0, 77)
  client.write('window_click', { windowId: 0, stateId: 1, slot: 9, mouseButton: 0, mode: 0, cursorItem: empty,
    changedSlots: [{ location: 9, item: { present: true, itemId: bot.id('diamond'), itemCount: 64 } }] })
  client.write('set_creative_slot', { slot: 36, item: { present: true, itemId: bot.id('diamond'), itemCount: 64 } })
  client.write('position', { x: NaN, y: Infinity, z: 1e300, onGround: true })
  client.write('held_item_slot', { slotId: 77 })
  client.write('block_dig', { status: 2, location: { x: 1e6, y: 2000, z: 5 }, face: 99, sequence: 1 })
  client.write('block_place', { hand: 9, location: { x: 8, y: 63, z: 9 }, direction: 9, cursorX: NaN, cursorY: 0, cursorZ: 0, insideBlock: false, sequence: 2 })
  client.write('block_dig', { status: 2, location: { x: 8, y: 63, z: 9 }, face: 1, sequence: 3 })
  await bot.hold('apple')
  assert.equal(serverCount('diamond'), 0)
  assert.equal(server.at(8, 63, 9).name, 'grass_block')
  const other = await join(server, 'second')
  other.quit()
  const total = serverCount('stone') + server.serv.lyingItems().filter(({ stack }) => stack.item === 'stone')
    .reduce((sum, { stack }) => sum + stack.count, 0)
  assert.equal(total, 10)
})

test('leaves without a log decay, a sapling becomes a tree', async () => {
  await server.set(14, 64, 14, 'oak_sapling')
  await server.serv.survival.growSapling(server.at(14, 64, 14))
  await until('a tree', () => server.at(14, 64, 14).name === 'oak_log')
  const leaves = () => {
    let count = 0
    for (let x = 12; x <= 16; x++) for (let z = 12; z <= 16; z++) for (let y = 64; y < 74; y++) if (server.at(x, y, z).name === 'oak_leaves') count++
    return count
  }
  assert.ok(leaves() > 20)
  for (let y = 64; y < 71; y++) if (server.at(14, y, 14).name === 'oak_log') await server.set(14, y, 14, 'air')
  const random = Math.random
  Math.random = () => 1e-9 // each plant's turn comes at once
  try {
    await until('no leaves', () => leaves() === 0)
  } finally {
    Math.random = random
  }
})

test('builds a pillar below itself', async () => {
  await fresh()
  await bot.goTo(12.5, 8.5)
  await bot.hold('cobblestone', 2)
  const below = block(12, 63, 8)
  await bot.aim(12.5, 63.9, 8.5)
  bot.setControlState('jump', true)
  await new Promise(resolve => {
    const up = () => { if (bot.entity.position.y > 65.05) { bot.removeListener('physicsTick', up); resolve() } }
    bot.on('physicsTick', up)
  })
  await bot._genericPlace(below, new Vec3(0, 1, 0), { forceLook: 'ignore' })
  bot.setControlState('jump', false)
  await until('a block below', () => server.at(12, 64, 8).name === 'cobblestone')
  await until('standing on it', () => bot.entity.onGround && Math.abs(bot.entity.position.y - 65) < 0.01)
})
