import { until } from './waiting.js'

/** How long the server has to say that a block is gone, after the end of the dig [ms]. */
const CONFIRM_MS = 1500
/** Timers may fire a little early [ms]. */
const EARLY_MS = 10

/**
 * Make `bot.dig` end when the server says that the block is gone.
 *
 * mineflayer shows the block gone before the server has agreed; the body then falls into a hole that may not be
 * there, and the server may see it falling before it has judged the dig. It also lets a dig begin before the server
 * has heard that the body landed, which then counts five times as long. `bot.endDig` stops a dig, begun or waiting.
 */
export function digForSure (bot, expected) {
  const { dig, _updateBlockState: show } = bot
  bot._updateBlockState = () => {}
  let heard = true
  let turn = 0
  bot.on('move', () => { heard = bot.entity.onGround || bot.entity.isInWater })
  bot.endDig = () => {
    turn += 1
    bot.stopDigging()
  }
  bot.dig = async (block, ...rest) => {
    const mine = ++turn
    if (!heard) await until({ signal: AbortSignal.timeout(1000) }, { on: [[bot, 'move']], check: () => heard, ms: 120 })
    if (mine !== turn) throw new Error('Digging aborted')
    expected.clear()
    if (bot.pathfinder.goal) expected.add(String(block.position))
    const word = serverWord(bot, block, show)
    const digging = dig(block, ...rest)
    digging.catch(() => {})
    try {
      await Promise.race([digging, word.given])
    } finally {
      word.end()
    }
  }
}

/** What the server itself says of a cell: `given` resolves when the block is gone, and rejects when it is refused. */
function serverWord (bot, block, show) {
  const { _client: client } = bot
  const started = performance.now()
  const seconds = bot.digTime(block)
  const cell = String(block.position)
  let timer
  let listeners = []
  const given = new Promise((resolve, reject) => {
    const refuse = () => reject(new Error(`the server put ${block.name} back at ${cell}`))
    const changed = (before, after) => {
      if (!after) return
      if (after.stateId !== block.stateId) resolve()
      else if (isOver()) refuse()
    }
    // It comes after any correction of the block; some servers tell the one who digs nothing else.
    const acknowledged = () => {
      if (!isOver()) return
      show(block.position, 0)
      resolve()
    }
    const isOver = () => performance.now() - started >= seconds - EARLY_MS
    listeners = [[bot, `blockUpdate:${cell}`, changed], [client, 'acknowledge_player_digging', acknowledged]]
    for (const [emitter, event, listener] of listeners) emitter.on(event, listener)
    timer = setTimeout(refuse, seconds + CONFIRM_MS)
  })
  given.catch(() => {})
  return {
    given,
    end () {
      clearTimeout(timer)
      for (const [emitter, event, listener] of listeners) emitter.removeListener(event, listener)
    }
  }
}
