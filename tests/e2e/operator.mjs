// node operator.mjs SOURCES PORT: a player who may use commands. Says "ready" when it is in the world; each
// line of standard input is said in the chat.
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'
import path from 'node:path'

const [,, sources, port] = process.argv
const bot = createRequire(path.join(sources, 'package.json'))('mineflayer')
  .createBot({ host: '127.0.0.1', port: Number(port), version: '1.20.4', username: 'operator', auth: 'offline' })
bot.once('spawn', () => process.stdout.write('ready\n'))
createInterface({ input: process.stdin }).on('line', (line) => bot.chat(line)).on('close', () => process.exit(0))
