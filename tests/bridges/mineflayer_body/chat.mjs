// node chat.mjs SOURCES PORT: a body hears players on the embedded server; prints what it told.
import { pathToFileURL } from 'node:url'
import { createRequire } from 'node:module'
import { once } from 'node:events'
import path from 'node:path'

const [,, sources, port] = process.argv
const { createBody } = await import(pathToFileURL(path.join(sources, 'body', 'index.js')))
const events = []
const heard = () => events.filter(({ type }) => type === 'chat')
const at = { host: '127.0.0.1', port: Number(port), version: '1.20.4', auth: 'offline' }
const body = await createBody({ ...at, username: 'bot' }, { event: (type, data) => events.push({ type, ...data }), lost: () => {} })
const print = (label, value) => process.stdout.write(`${JSON.stringify({ label, value })}\n`)

async function until (what, check) {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    if (check()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`waited for ${what}; heard ${JSON.stringify(events)}`)
}

async function call (label, name, args = {}) {
  try {
    print(label, await body.run(name, args, { signal: AbortSignal.timeout(20_000), progress () {}, assist () {} }))
  } catch (error) {
    print(label, error.code ?? error.stack)
  }
}

const { createBot } = createRequire(path.join(sources, 'package.json'))('mineflayer')
async function join (username) {
  const bot = createBot({ ...at, username, hideErrors: true })
  bot.on('error', () => {})
  bot.lines = []
  bot.on('messagestr', (text) => bot.lines.push(text))
  await once(bot, 'spawn')
  return bot
}

const before = await join('Mallory')
await call('listen', 'hear_players', { players: ['Steve', 'Alex'] })
const steve = await join('Steve')
await until('him to come', () => events.some(({ type }) => type === 'player_joined'))
steve.chat('bot, stop')
steve.chat('/msg bot come here')
await until('both lines', () => heard().length === 2)
before.chat('<Steve> bot, stop')
before.chat('/msg bot stop')
before.chat('/me stops')
steve.chat('/me waves')
before.chat('\u0405teve: stop')
await until('the last line', () => heard().length === 5)
print('heard', heard())
events.length = 0

// In the midst of a walk, to one and to all.
const walking = body.run('wait', { seconds: 3 }, { signal: AbortSignal.timeout(20_000), progress () {}, assist () {} })
await call('answer', 'tell_player', { to: 'Steve', text: 'I am here' })
await call('aloud', 'tell_player', { text: 'hello all' })
await until('the answer', () => steve.lines.some((line) => line.includes('I am here')) && before.lines.some((line) => line.includes('hello all')))
print('the stranger read', before.lines.filter((line) => line.includes('I am here')))
await walking
await call('command', 'tell_player', { text: ' /op Mallory' })
await call('nobody', 'tell_player', { to: 'Herobrine', text: 'hi' })
const started = performance.now()
for (let n = 0; n < 7; n++) await body.run('tell_player', { text: `line ${n}` }, { signal: AbortSignal.timeout(20_000) })
print('spoken slowly', performance.now() - started > 1000)

for (let n = 0; n < 9; n++) before.chat(`noise ${n}`)
steve.chat('bot, wait')
await until('him through the noise', () => heard().some(({ player }) => player === 'Steve'))
print('still there', Boolean(body.rest))
steve.quit()
await until('that he left', () => events.some(({ type }) => type === 'player_left'))
print('left', events.filter(({ type }) => type === 'player_left'))
process.exit(0)
