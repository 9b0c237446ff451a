import mineflayer from 'mineflayer'
import pathfinding from 'mineflayer-pathfinder'
import { survive } from './chat.js'
import { plainText } from './events.js'
import { Failure } from './failure.js'
import { Roster } from './players.js'
import { otherVersion } from './version.js'

const SPAWN_MS = 20_000
const CHUNKS_MS = 4000
/** How long a server that names another version may still let us in: some translate [ms]. */
const TRANSLATED_MS = 3000

/**
 * Join the server and wait for the first spawn: {bot, roster, accountsChecked()}, whether the server checks its players' accounts.
 * Failures: server_unreachable, wrong_version, kicked, login_failed, no_spawn.
 */
export async function connect (config, log) {
  const bot = createBot(config)
  const roster = new Roster(bot._client)
  let checked = false
  // Only a server that checks accounts asks for this; from 1.20.5 on it may ask without checking.
  bot._client.on('encryption_begin', ({ shouldAuthenticate }) => { checked = shouldAuthenticate !== false })
  bot.once('login', () => survive(bot._client, log))
  bot.loadPlugin(pathfinding.pathfinder)
  try {
    await firstSpawn(bot, config)
  } catch (error) {
    bot.removeAllListeners('error')
    bot.on('error', (later) => log(`after a failed start: ${later.message}`))
    bot.end()
    throw error
  }
  await settledWorld(bot)
  return { bot, roster, accountsChecked: () => checked }
}

function createBot (config) {
  try {
    return mineflayer.createBot({
      host: config.host,
      port: config.port,
      username: config.username,
      auth: config.auth ?? 'offline',
      version: config.version || false,
      viewDistance: 'normal',
      hideErrors: true,
      defaultChatPatterns: false, // they take the sender from the text
      logErrors: false,
      checkTimeoutInterval: 30_000
    })
  } catch (error) {
    throw explain(error, config)
  }
}

function firstSpawn (bot, config) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Failure('no_spawn', `joined ${config.host}:${config.port}, but was not let into the world within 20 s`)), SPAWN_MS)
    const ended = { spawn: succeed, error: (error) => fail(explain(error, config)), kicked: (reason) => fail(kicked(reason)), end: (reason) => fail(new Failure('login_failed', `the server closed the connection: ${reason}`)) }
    for (const [event, listener] of Object.entries(ended)) bot.once(event, listener)
    let impatient
    let welcome = false
    bot.once('login', () => { welcome = true })
    otherVersion(config).then((other) => {
      if (!other) return
      const why = `${config.host}:${config.port} speaks ${other}, and [world] version is ${config.version}`
      impatient = setTimeout(() => { if (!welcome) fail(new Failure('wrong_version', why)) }, TRANSLATED_MS)
    })
    function clean () {
      clearTimeout(timer)
      clearTimeout(impatient)
      for (const [event, listener] of Object.entries(ended)) bot.removeListener(event, listener)
    }
    function succeed () {
      clean()
      resolve()
    }
    function fail (error) {
      clean()
      reject(error)
    }
  })
}

function kicked (reason) {
  const words = plainText(reason)
  const outdated = /outdated|version|incompatible/i.test(words)
  return new Failure(outdated ? 'wrong_version' : 'kicked', `the server refused the body: ${words}`)
}

function explain (error, { host, port, version }) {
  const words = error.errors?.map((each) => each.message).join('; ') || error.message
  if (['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EAI_AGAIN', 'ENETUNREACH'].includes(error.code)) {
    return new Failure('server_unreachable', `no Minecraft server answers at ${host}:${port} (${error.code})`)
  }
  if (/unsupported protocol version|version|minecraft-data/i.test(words)) {
    return new Failure('wrong_version', `${host}:${port}, version ${version || 'as the server says'}: ${words}`)
  }
  return new Failure('login_failed', `could not join ${host}:${port}: ${words}`)
}

async function settledWorld (bot) {
  let timer
  const late = new Promise((resolve) => { timer = setTimeout(resolve, CHUNKS_MS) })
  await Promise.race([bot.waitForChunksToLoad(), late])
  clearTimeout(timer)
}
