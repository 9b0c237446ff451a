'use strict'
// Coming in, being seen, and digging while on the move.

const { test, after } = require('node:test')
const assert = require('node:assert/strict')
const { startServer, join, until, Vec3 } = require('./world')

after(() => setTimeout(() => process.exit(), 300))

async function withServer (settings, play) {
  const server = await startServer(settings)
  const bots = []
  try {
    await play(server, async name => {
      const bot = await join(server, name)
      bots.push(bot)
      return bot
    })
  } finally {
    for (const bot of bots) bot.quit()
    await server.stop()
  }
}

test('who walks right after joining is not thrown back', () => withServer({ view_distance: 4 }, async (server, joining) => {
  let ended = false
  server.serv.once('newPlayer', player => {
    const send = player.sendSelfPosition
    player.sendSelfPosition = position => {
      ended ||= Boolean(position) // flying-squid names one at the end of the login only
      send(position)
    }
  })
  const positions = []
  const bot = await joining('bot')
  bot._client.on('position', packet => positions.push(packet))
  await bot.goTo(13, 8.5)
  bot._client.write('look', { yaw: 0, pitch: 0, onGround: true }) // flying-squid waits for one before it ends the login
  await until('the login to end', () => ended)
  await until('the server to see it walk', () => server.player('bot').position.x > 12)
  await bot.goTo(14.5, 8.5)
  assert.deepEqual(positions, [])
  assert.ok(bot.entity.position.x > 13.5)
}))

test('players see each other by name, and that one left', () => withServer({}, async (server, joining) => {
  const first = await joining('first')
  const second = await joining('second')
  for (const [seer, seen] of [[first, 'second'], [second, 'first']]) {
    const entity = await until(`${seen} in sight`, () => seer.players[seen]?.entity)
    assert.equal(entity.type, 'player')
    assert.equal(entity.username, seen)
    assert.ok(Object.values(seer.entities).every(({ name }) => name !== 'allay'))
  }
  await first.goTo(12.5, 8.5)
  await until('the move to be seen', () => second.players.first.entity.position.x > 12)
  first.quit()
  await until('the list without it', () => !second.players.first)
}))

test('what comes after a packet does not void the dig that it began or ended', () => withServer({ fast: false }, async (server, joining) => {
  const bot = await joining('bot')
  await until('the client on the ground', () => bot.entity.onGround)
  await server.set(8, 64, 9, 'dirt')
  const block = await bot.sees(8, 64, 9, 'dirt')
  const { x, y, z } = bot.entity.position
  const send = (status, sequence) => bot._client.write('block_dig', { status, location: block.position, face: 1, sequence })
  const say = onGround => bot._client.write('position', { x, y, z, onGround })
  bot.physicsEnabled = false
  say(true)
  send(0, 1)
  say(false) // a jump, in the same moment
  const honest = bot.digTime(block)
  await new Promise(resolve => setTimeout(resolve, honest))
  say(true)
  send(2, 2)
  say(false)
  await until('the dirt to be gone', () => server.at(8, 64, 9).name === 'air')
}))

test('a dig from the air takes as long as it does in the game', () => withServer({ fast: false }, async (server, joining) => {
  const bot = await joining('bot')
  await until('the client on the ground', () => bot.entity.onGround)
  await server.set(8, 64, 9, 'dirt')
  const block = await bot.sees(8, 64, 9, 'dirt')
  const { x, y, z } = bot.entity.position
  const answers = []
  bot._client.on('acknowledge_player_digging', ({ sequenceId }) => answers.push(sequenceId))
  bot.physicsEnabled = false
  const send = (status, sequence) => bot._client.write('block_dig', { status, location: block.position, face: 1, sequence })
  bot._client.write('position', { x, y: y + 0.5, z, onGround: false })
  send(0, 1)
  await new Promise(resolve => setTimeout(resolve, bot.digTime(block)))
  send(2, 2)
  await until('the answers', () => answers.includes(2))
  assert.equal(server.at(8, 64, 9).name, 'dirt')
  assert.ok(new Vec3(8, 64, 9).equals(block.position))
}))
