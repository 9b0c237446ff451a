// node player.mjs SOURCES PORT NAME: a player who types what stands on standard input, line by line, and prints what is heard.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import path from 'node:path'

const [,, sources, port, username] = process.argv
const { createBot } = createRequire(path.join(sources, 'package.json'))('mineflayer')
const bot = createBot({ host: '127.0.0.1', port: Number(port), username, auth: 'offline', version: '1.20.4', hideErrors: true })
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
const KINDS = { 0: 'chat', 2: 'whisper', 3: 'own whisper' }

bot.on('error', () => {})
bot._client.on('player_chat', ({ senderUuid, plainMessage, type }) => {
  print({ from: bot.uuidToUsername[senderUuid], kind: KINDS[type] ?? String(type), text: plainMessage })
})
bot.on('kicked', (reason) => print({ kicked: JSON.stringify(reason) }))
bot.on('end', () => process.exit(0))
bot.once('spawn', () => {
  print({ ready: true })
  createInterface({ input: process.stdin }).on('line', (line) => bot._client.chat(line)).on('close', () => bot.quit())
})
