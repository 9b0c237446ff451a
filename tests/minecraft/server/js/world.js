'use strict'
// A server in this process and real mineflayer clients, for the tests.

const path = require('path')
const { createRequire } = require('module')

const root = path.join(__dirname, '..', '..', '..', '..')
const serverDir = process.env.EMBODIED_SERVER_DIR ?? path.join(root, 'envs', 'embodied_minecraft', 'server')
const clientDir = process.env.EMBODIED_CLIENT_DIR ?? serverDir
const fromServer = createRequire(path.join(serverDir, 'main.js'))
const fromClient = createRequire(path.join(clientDir, 'main.js'))
const { Vec3 } = fromServer('vec3')
const dataDir = path.join(root, 'envs', 'embodied_minecraft', 'data')

const DEADLINE_MS = 8000

/** Resolves with the first truthy value of `check`; rejects, saying what was awaited, after a deadline. */
async function until (what, check, deadline = DEADLINE_MS) {
  const end = Date.now() + deadline
  for (;;) {
    const value = await check()
    if (value) return value
    if (Date.now() > end) throw new Error(`waited ${deadline} ms for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

async function startServer (changes = {}) {
  const { start } = fromServer('./server.js')
  const { check } = fromServer('./config.js')
  const server = await start(check({
    generator: path.join(__dirname, 'flat_world.js'),
    data_dir: dataDir,
    fast: true,
    view_distance: 2,
    ...changes
  }))
  const { serv } = server
  const { stacks, states } = serv.survival
  return {
    ...server,
    stacks,
    at: (x, y, z) => serv.overworld.sync.getBlock(new Vec3(x, y, z)),
    set: (x, y, z, name, properties = {}) => serv.setBlock(serv.overworld, new Vec3(x, y, z), states.stateId(name, properties)),
    player: name => serv.players.find(({ username }) => username === name),
    properties: block => states.properties(block.stateId)
  }
}

/** A client that has spawned and sees the blocks around it. */
async function join (server, username = 'bot') {
  const bot = fromClient('mineflayer').createBot({
    host: '127.0.0.1', port: server.port, username, auth: 'offline', version: '1.20.4', hideErrors: true
  })
  bot.on('error', () => {})
  await until('the client to spawn', () => bot.entity && bot.blockAt(new Vec3(8, 63, 8)))
  await until('the server to let it in', () => server.player(username)?.ready)
  bot.has = name => bot.inventory.items().filter(item => item.name === name).reduce((sum, item) => sum + item.count, 0)
  bot.id = name => bot.registry.itemsByName[name].id
  bot.give = async (name, count = 1) => {
    const before = bot.has(name)
    server.player(username).give(server.stacks.make(name, count))
    await until(`${count} ${name}`, () => bot.has(name) === before + count)
  }
  bot.hold = async (name, count = 1) => {
    await bot.give(name, count)
    await bot.equip(bot.id(name), 'hand')
    await until(`the server to see ${name} in hand`, () => server.player(username).held()?.name === name)
  }
  bot.sees = (x, y, z, name) => until(`${name} at ${x} ${y} ${z}`, () => {
    const block = bot.blockAt(new Vec3(x, y, z))
    return block?.name === name && block
  })
  // mineflayer sends where it looks with its next physics step; a click before that uses the old gaze.
  bot.aim = async (x, y, z) => {
    await bot.lookAt(new Vec3(x, y, z), true)
    const away = (a, b) => Math.abs(((a - b) % 360 + 540) % 360 - 180)
    await until('the server to see where the client looks', () => {
      const { yaw, pitch } = server.player(username).look
      return away(yaw, 180 - bot.entity.yaw * 180 / Math.PI) < 1 && Math.abs(pitch + bot.entity.pitch * 180 / Math.PI) < 1
    })
  }
  bot.goTo = async (x, z) => {
    await bot.lookAt(new Vec3(x, bot.entity.position.y + 1.6, z), true)
    bot.setControlState('forward', true)
    try {
      await until(`the client at ${x} ${z}`, () => {
        bot.lookAt(new Vec3(x, bot.entity.position.y + 1.6, z), true)
        return Math.hypot(bot.entity.position.x - x, bot.entity.position.z - z) < 0.4
      })
    } finally {
      bot.clearControlStates()
    }
  }
  return bot
}

module.exports = { startServer, join, until, Vec3, dataDir, serverDir, fromServer }
