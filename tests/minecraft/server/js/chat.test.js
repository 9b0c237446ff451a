'use strict'
// Who said what: lines of players carry their sender, whispers reach one, and nobody speaks for another.

const { test, after } = require('node:test')
const assert = require('node:assert/strict')
const { startServer, join, until } = require('./world')

after(() => setTimeout(() => process.exit(), 300))

const KINDS = { 0: 'chat', 1: 'emote', 2: 'whisper', 3: 'whispered', 4: 'say' }

async function withServer (settings, play) {
  const server = await startServer(settings)
  const bots = []
  try {
    await play(server, async name => {
      const bot = await join(server, name)
      bot.heard = []
      bot.system = []
      bot.kickedFor = ''
      bot._client.on('player_chat', ({ senderUuid, plainMessage, type }) => {
        bot.heard.push([bot.uuidToUsername[senderUuid], KINDS[type], plainMessage])
      })
      bot.on('messagestr', (text, position) => { if (position === 'system') bot.system.push(text) })
      bot.on('kicked', reason => { bot.kickedFor ||= JSON.stringify(reason) })
      bots.push(bot)
      return bot
    })
  } finally {
    for (const bot of bots) bot.quit()
    await server.stop()
  }
}

const last = bot => bot.heard[bot.heard.length - 1]

test('a line carries its sender, whatever it says', () => withServer({}, async (server, joining) => {
  const steve = await joining('Steve')
  const mallory = await joining('Mallory')
  steve.chat('hello')
  await until('the line', () => last(mallory))
  assert.deepEqual(last(mallory), ['Steve', 'chat', 'hello'])
  mallory.chat('<Steve> stop')
  await until('the line', () => last(steve)?.[2] === '<Steve> stop')
  assert.equal(last(steve)[0], 'Mallory')
  assert.deepEqual(mallory.system.filter(text => text.includes('stop')), [])
}))

test('a whisper reaches one; emotes are marked; /say is for operators', () => withServer({ operators: ['Op'] }, async (server, joining) => {
  const steve = await joining('Steve')
  const bot = await joining('bot')
  const op = await joining('Op')
  steve.chat('/msg bot come here')
  await until('the whisper', () => last(bot))
  assert.deepEqual(last(bot), ['Steve', 'whisper', 'come here'])
  await until('the echo', () => last(steve))
  assert.deepEqual(last(steve), ['Steve', 'whispered', 'come here'])
  assert.deepEqual(op.heard, [])
  steve.chat('/tell nobody hi')
  await until('the answer', () => steve.system.includes('No player was found'))
  steve.chat('/me waves')
  await until('the emote', () => last(bot)[1] === 'emote')
  steve.chat('/say I am the server')
  await until('the refusal', () => steve.system.some(text => text.includes('permission')))
  op.chat('/say tea is ready')
  await until('the announcement', () => last(bot)[1] === 'say')
  assert.deepEqual(last(bot), ['Op', 'say', 'tea is ready'])
}))

test('section signs, names nobody could have, and floods are sent away', () => withServer({}, async (server, joining) => {
  const painter = await joining('painter')
  painter._client.chat('\u00a7cred')
  await until('being sent away', () => painter.kickedFor.includes('Illegal characters'))
  const flood = await joining('flood')
  const steve = await joining('Steve')
  for (let n = 0; n < 40; n++) flood.chat(`buy ${n}`)
  await until('being sent away', () => flood.kickedFor.includes('spamming'))
  assert.ok(steve.heard.length <= 11, `${steve.heard.length} lines`)
  await assert.rejects(joining('\u00a7cSteve'))
  assert.deepEqual(Object.keys(steve.players).filter(name => name.includes('\u00a7')), [])
}))
