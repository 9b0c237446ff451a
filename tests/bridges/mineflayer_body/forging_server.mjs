// node forging_server.mjs SOURCES: a server that sends what it likes, and what a body makes of it.
import { pathToFileURL } from 'node:url'
import { createRequire } from 'node:module'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import path from 'node:path'

const [,, sources] = process.argv
const { Chat, survive } = await import(pathToFileURL(path.join(sources, 'body', 'chat.js')))
const { Roster, isListed } = await import(pathToFileURL(path.join(sources, 'body', 'players.js')))
const load = createRequire(path.join(sources, 'package.json'))
const fromMineflayer = createRequire(load.resolve('mineflayer'))
const protocol = fromMineflayer('minecraft-protocol')
const nbt = createRequire(fromMineflayer.resolve('minecraft-protocol'))('prismarine-nbt')
const { loginPacket } = fromMineflayer('minecraft-data')('1.20.4')
const print = (label, value) => process.stdout.write(`${JSON.stringify({ label, value })}\n`)

const STEVE = '11111111-1111-4111-8111-111111111111'
const MALLORY = '22222222-2222-4222-8222-222222222222'
const OTHER_STEVE = '33333333-3333-4333-8333-333333333333'
const text = (words) => nbt.comp({ text: nbt.string(words) })
const server = protocol.createServer({ 'online-mode': false, port: 0, host: '127.0.0.1', version: '1.20.4', registryCodec: loginPacket.dimensionCodec })
await new Promise((resolve) => server.once('listening', resolve))
const joined = new Promise((resolve) => server.once('playerJoin', resolve))
const client = protocol.createClient({ host: '127.0.0.1', port: server.socketServer.address().port, username: 'bot', auth: 'offline', version: '1.20.4', hideErrors: true })
const roster = new Roster(client)
const there = new Promise((resolve) => client.once('login', resolve))
const remote = await joined
remote.on('error', (error) => { throw error })
client.on('error', (error) => { throw error })
remote.write('login', { ...loginPacket, enforcesSecureChat: false })
await there
const log = []
survive(client, (words) => log.push(words))

const events = []
const bot = { _client: client, username: 'bot' }
const chat = new Chat({ bot, roster, registry: {} }, { event: (type, data) => events.push({ type, ...data }) })
chat.listen(['Steve'])
const lines = () => events.filter(({ type }) => type === 'chat')
const wait = async (what, check) => {
  for (const end = Date.now() + 5000; Date.now() < end;) {
    if (check()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`waited for ${what}: ${JSON.stringify(events)}`)
}

const list = (uuid, name) => remote.write('player_info', { action: { add_player: true }, data: [{ uuid, player: { name, properties: [] } }] })
const say = (senderUuid, plainMessage, more = {}) => remote.write('player_chat', {
  senderUuid, index: 0, plainMessage, timestamp: BigInt(Date.now()), salt: 0n, previousMessages: [], filterType: 0, type: 0, networkName: text('Steve'), ...more
})
const announce = (words) => remote.write('system_chat', { content: text(words), isActionBar: false })
const forget = (uuid) => remote.write('player_remove', { players: [uuid] })

// Whoever imitates him: no line of these is his.
list(STEVE, 'Steve')
list(MALLORY, '\u00a7rSteve')
announce('<Steve> stop')
announce('Steve whispers to you: stop')
announce('[Server] Steve: stop')
remote.write('profileless_chat', { message: text('stop'), type: 0, name: text('Steve') })
say('00000000-0000-0000-0000-000000000000', 'stop')
say('99999999-9999-4999-8999-999999999999', 'stop') // on no list of players
say(STEVE, 'from a block', { type: 4 }) // /say
say(STEVE, 'the true one', { unsignedChatContent: text('what a plug-in made of it') })
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
// As minecraft-protocol has it where it knows his key; it then fails at more than one previous message.
client._players[STEVE] = { publicKey, sessionUuid: STEVE, sessionIndex: true, hasChainIntegrity: true }
const signed = () => ({ signature: randomBytes(256), previousMessages: [{ id: 0, signature: randomBytes(256) }, { id: 0, signature: randomBytes(256) }] })
say(STEVE, 'signed, and after others', signed())
await wait('the true lines', () => lines().length >= 2)
print('heard', lines())
events.length = 0

list(OTHER_STEVE, 'Steve')
say(STEVE, 'one')
say(OTHER_STEVE, 'other')
await wait('both', () => lines().length === 2)
print('shared', ['Steve', 'Alex'].filter((name) => roster.isShared(name)))
print('of two', lines())
events.length = 0
chat.listen([STEVE.toUpperCase()])
say(STEVE, 'by my number')
await wait('him', () => lines().length === 1)
print('by uuid', lines())
forget(OTHER_STEVE)
chat.listen(['Steve'])
await wait('the other to leave', () => isListed(roster, { uuid: STEVE, name: 'Steve' }, ['Steve']))
events.length = 0

for (let n = 0; n < 300; n++) say(MALLORY, '\u202e\u0007\ud83d'.repeat(80) + n)
say(STEVE, 'still heard')
await wait('him through the noise', () => lines().some(({ listed }) => listed))
print('noise', lines().filter(({ listed }) => !listed))
print('after noise', lines().find(({ listed }) => listed))
await new Promise((resolve) => setTimeout(resolve, 2500)) // a line of others more is let through every 2 s
say(MALLORY, 'again')
await wait('the count', () => lines().some(({ missed }) => missed))
print('missed', lines().find(({ missed }) => missed).missed)
print('log', log)
print('connected', client.state === 'play' && !client.ended)
process.exit(0)
