import { primitives } from '../primitives/index.js'
import { heedCursor } from './agreement.js'
import { blockTable } from './blocks.js'
import { Chat } from './chat.js'
import { connect } from './connect.js'
import { listen } from './events.js'
import { Facts } from './facts.js'
import { Failure } from './failure.js'
import { FAMILIES } from './families.js'
import { teachPathfinder } from './movements.js'
import { Pace } from './pace.js'
import { Rules } from './rules.js'
import { halt } from './travel.js'
import { until } from './waiting.js'
import { Watching } from './watching.js'

/** How long a call waits for what an aborted one left running [ms]. */
const SETTLE_MS = 1500
/** How long a call waits for a dead body to come back [ms]. */
const RESPAWN_MS = 4000
const FAST_DIG_MS = 50
/** Lines that the body says: so many in a row, so many a second. */
const VOICE = [5, 0.9]

/**
 * Join a Minecraft server with one bot.
 *
 * `config`: host, port, version (false: ask the server), username, auth, fast, allow_hidden_search, identity.
 * `hooks`: event(type, data), lost(reason).
 * Throws a Failure: server_unreachable, wrong_version, kicked, login_failed, no_spawn.
 */
export async function createBody (config, hooks) {
  const log = (words) => process.stderr.write(`body: ${words}\n`)
  const { bot, roster, accountsChecked } = await connect(config, log)
  const body = { bot, roster, accountsChecked, config, log, registry: bot.registry, version: bot.version, unsettled: new Set(), dugAt: -Infinity }
  body.table = blockTable(bot.registry)
  body.facts = new Facts(body)
  body.rules = new Rules()
  body.watching = new Watching(body)
  body.voice = new Pace(...VOICE)
  body.chat = new Chat(body, hooks)
  teachPathfinder(body)
  heedCursor(body)
  if (config.fast) bot.digTime = () => FAST_DIG_MS

  const running = new Set()
  const stopAll = (error) => { for (const stop of running) stop(error) }
  let closed = false
  listen(body, hooks, {
    onDeath: () => { stopAll(new Failure('died', 'the body died')); rest(body) },
    onEnd: (reason) => {
      stopAll(new Failure('lost', reason))
      if (!closed) hooks.lost(reason)
    }
  })

  const verbs = new Map(primitives(body).map((each) => [each.spec.name, each]))
  return {
    kind: 'minecraft',
    identity: config.identity || identityOf(bot, config),
    details: describe(bot, config),
    specs: [...verbs.values()].map(({ spec }) => spec),
    families: FAMILIES,
    run: (name, args, ctx) => run(body, verbs.get(name), args, ctx, running),
    rest: () => rest(body),
    close: () => {
      closed = true
      stopAll(new Failure('cancelled', 'the body is closing'))
      bot.quit()
    }
  }
}

/** Run one primitive; a death or the end of the connection ends it too. */
async function run (body, verb, args, ctx, running) {
  const inner = new AbortController()
  const stop = (error) => inner.abort(error)
  const onAbort = () => stop(ctx.signal.reason)
  if (ctx.signal.aborted) throw ctx.signal.reason
  ctx.signal.addEventListener('abort', onAbort, { once: true })
  running.add(stop)
  try {
    if (verb.spec.moves) await readyToMove(body, inner.signal)
    return await verb.run(args, { ...ctx, signal: inner.signal })
  } catch (error) {
    throw inner.signal.aborted ? inner.signal.reason : error
  } finally {
    running.delete(stop)
    ctx.signal.removeEventListener('abort', onAbort)
  }
}

async function readyToMove (body, signal) {
  const { bot } = body
  const back = await until({ signal }, { on: [[bot, 'spawn']], check: () => bot.isAlive !== false, ms: RESPAWN_MS })
  if (!back) throw new Failure('died', 'the body died and has not come back')
  if (!body.unsettled.size) return
  let timer
  const late = new Promise((resolve) => { timer = setTimeout(resolve, SETTLE_MS) })
  await Promise.race([Promise.all(body.unsettled), late])
  clearTimeout(timer)
}

/** Stop moving, digging, eating, and shut any window. Idempotent. */
function rest ({ bot }) {
  if (!bot.entity) return
  halt(bot)
  if (bot.usingHeldItem) bot.deactivateItem()
  if (bot.currentWindow) bot.closeWindow(bot.currentWindow)
}

function identityOf (bot, config) {
  const seed = bot.game?.hashedSeed ?? bot._client.loginSeed
  return `minecraft ${config.host}:${config.port}${seed ? ` ${seed.join?.('.') ?? seed}` : ''}`
}

function describe (bot, config) {
  return {
    minecraft: bot.version,
    server: `${config.host}:${config.port}`,
    username: bot.username,
    digging: config.fast ? 'fast: 50 ms a block (not the game\'s own times)' : 'the game\'s own times',
    hidden_search: Boolean(config.allow_hidden_search),
    game_mode: bot.game?.gameMode ?? 'unknown'
  }
}
