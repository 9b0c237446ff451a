import { agree } from './agreement.js'
import { blockAt, describeBlock, eyes, REACH, reachTo } from './blocks.js'
import { Failure } from './failure.js'
import { until, within } from './waiting.js'

const OPEN_MS = 2500

/** The block at a cell if it is one of `names` and within reach, or a failure with `code`. */
export function reachable (body, x, y, z, names, code) {
  const block = blockAt(body, x, y, z)
  if (!block || !names.includes(block.name)) {
    throw new Failure(code, `there is ${describeBlock(body, x, y, z).name} at ${x}, ${y}, ${z}, not ${names.join(' or ')}`)
  }
  const away = reachTo(eyes(body.bot), block.position)
  if (away > REACH) throw new Failure(code, `${block.name} is ${away.toFixed(1)} m away, and a hand reaches ${REACH}: go nearer`)
  return block
}

/** Open a block's window, use it, and close it again whatever happens. */
export async function withWindow (body, ctx, block, code, use) {
  const { bot } = body
  if (bot.currentWindow) bot.closeWindow(bot.currentWindow)
  await bot.lookAt(block.position.offset(0.5, 0.5, 0.5), true)
  let window = null
  const opened = (next) => { window = next }
  bot.on('windowOpen', opened)
  try {
    const click = bot.activateBlock(block)
    await within(body, ctx, click, OPEN_MS, () => new Failure(code, `${block.name} did not open`))
    await until(ctx, { on: [[bot, 'windowOpen']], check: () => window, ms: OPEN_MS })
    if (!window) throw new Failure(code, `${block.name} did not open`)
    return await use(window)
  } finally {
    bot.removeListener('windowOpen', opened)
    if (window && bot.currentWindow === window) window.close()
    if (window && !ctx.signal.aborted) await agree(body, ctx)
  }
}

/** Move items between the two halves of an open window; the promise is mineflayer's. */
export function transfer (body, ctx, window, item, count, from, to) {
  const range = {
    inventory: [window.inventoryStart, window.inventoryEnd],
    container: [0, window.inventoryStart]
  }
  const [sourceStart, sourceEnd] = range[from] ?? [from, from + 1]
  const [destStart, destEnd] = range[to] ?? [to, to + 1]
  const moving = body.bot.transfer({ window, itemType: item.id, metadata: null, count, sourceStart, sourceEnd, destStart, destEnd })
  return within(body, ctx, moving, 5000, () => new Error(`moving ${item.name} took too long`))
}

export const countIn = (window, name, start, end) =>
  window.slots.slice(start, end).reduce((sum, item) => sum + (item?.name === name ? item.count : 0), 0)
