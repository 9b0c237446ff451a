'use strict'
// Mining times, damage, death, saving: what needs a server of its own.

const { test, after } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { startServer, join, until, Vec3 } = require('./world')

after(() => setTimeout(() => process.exit(), 300))

const block = (bot, x, y, z) => bot.blockAt(new Vec3(x, y, z))

test('a dig that is too quick is refused, an honest one is not', async () => {
  const server = await startServer({ fast: false })
  const bot = await join(server)
  try {
    const honest = bot.digTime
    await server.set(8, 64, 9, 'dirt')
    await bot.sees(8, 64, 9, 'dirt')
    bot.digTime = () => 50
    await bot.dig(block(bot, 8, 64, 9))
    await bot.sees(8, 64, 9, 'dirt') // the server puts it back
    bot.digTime = honest
    await until('the client on the ground', () => bot.entity.onGround)
    await bot.dig(block(bot, 8, 64, 9))
    await until('it to be gone', () => server.at(8, 64, 9).name === 'air')
    await until('dirt', () => bot.has('dirt') === 1)
  } finally {
    bot.quit()
    await server.stop()
  }
})

test('falling hurts by height, lava burns, death drops everything and the spawn point is kept', async () => {
  const server = await startServer()
  const bot = await join(server)
  const player = server.player('bot')
  try {
    await bot.give('diamond', 3)
    for (let y = 64; y <= 71; y++) await server.set(10, y, 8, 'stone')
    player.teleport(new Vec3(11.5, 74, 8.5))
    await until('the client up there', () => bot.entity.position.y > 72)
    player.resetFall()
    await until('a hurt of 7', () => player.health <= 14 && player.health > 11)
    await server.set(11, 64, 8, 'lava')
    const died = new Promise(resolve => bot.once('death', resolve))
    const back = new Promise(resolve => bot.once('death', () => bot.once('spawn', resolve)))
    await died
    assert.ok(server.serv.lyingItems().length === 0 || server.serv.lyingItems().every(({ stack }) => stack.item === 'diamond'))
    await back
    await until('the client at the spawn point', () => bot.entity.position.distanceTo(new Vec3(8.5, 64, 8.5)) < 1)
    await until('full health', () => bot.health === 20 && !player.dead)
    await until('an empty inventory', () => bot.inventory.items().length === 0)
    await until('the world around', () => block(bot, 8, 63, 8)?.name === 'grass_block')
    await server.set(8, 64, 9, 'dirt')
    await bot.dig(await bot.sees(8, 64, 9, 'dirt'))
    await until('a body that works', () => bot.has('dirt') === 1)
  } finally {
    bot.quit()
    await server.stop()
  }
})

test('under water air runs out and then health', async () => {
  const server = await startServer()
  const bot = await join(server)
  const player = server.player('bot')
  try {
    for (let y = 64; y <= 67; y++) await server.set(8, y, 8, 'water')
    await until('less air', () => player.air < 290)
    await until('the client to know', () => bot.oxygenLevel < 20)
    player.air = -15
    await until('drowning', () => player.health < 20)
  } finally {
    bot.quit()
    await server.stop()
  }
})

test('running and mining make hungry, hunger starves, food heals', async () => {
  const server = await startServer()
  const bot = await join(server)
  const player = server.player('bot')
  try {
    const before = player.exhaustion
    bot.setControlState('sprint', true)
    bot.setControlState('forward', true)
    await until('exhaustion', () => player.exhaustion > before + 0.3)
    bot.clearControlStates()
    Object.assign(player, { food: 0, foodSaturation: 0, healTimer: 70 })
    await until('starving', () => player.health < 20)
    Object.assign(player, { food: 20, foodSaturation: 5 })
    await until('healing', () => player.health === 20)
  } finally {
    bot.quit()
    await server.stop()
  }
})

test('the world, chests, furnaces and players are there again after a restart', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'embodied-world-'))
  try {
    let server = await startServer({ world_dir: folder })
    let bot = await join(server)
    await bot.give('iron_ingot', 5)
    await bot.hold('stone_pickaxe')
    await server.set(9, 64, 9, 'chest')
    await server.set(9, 64, 7, 'furnace')
    await bot.sees(9, 64, 9, 'chest')
    const chest = await bot.openContainer(block(bot, 9, 64, 9))
    await chest.deposit(bot.id('iron_ingot'), null, 2)
    chest.close()
    await bot.dig(block(bot, 8, 63, 9))
    await server.set(9, 64, 8, 'dirt')
    await bot.dig(await bot.sees(9, 64, 8, 'dirt'))
    await until('wear', () => bot.heldItem?.durabilityUsed === 2)
    await until('the dirt', () => bot.has('dirt') === 1)
    bot.quit()
    await server.stop()
    assert.deepEqual(fs.readdirSync(folder), ['world.json'])

    server = await startServer({ world_dir: folder })
    bot = await join(server)
    assert.equal(server.at(8, 63, 9).name, 'air')
    await until('the inventory', () => bot.has('iron_ingot') === 3 && bot.has('dirt') === 1)
    await until('the tool in hand, worn', () => bot.heldItem?.name === 'stone_pickaxe' && bot.heldItem.durabilityUsed === 2)
    const again = await bot.openContainer(await bot.sees(9, 64, 9, 'chest'))
    assert.equal(again.containerItems()[0]?.count, 2)
    again.close()
    bot.quit()
    await server.stop()
    await assert.rejects(startServer({ world_dir: folder, seed: 99 }), /seed 1, not 99/)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
})
