import { blockAt, eyes, isAirBlock, isLiquidBlock, REACH, reachTo, visibleFace } from './blocks.js'
import { Failure } from './failure.js'
import { requireItem } from './inventory.js'
import { bestTool, canHarvest, harvestTools, takeInHand } from './tools.js'
import { footing } from './travel.js'
import { within } from './waiting.js'

/** No block takes longer than this, obsidian by hand apart [ms]. */
const LONGEST_MS = 60_000

export async function digBlock (body, { x, y, z, tool, harvest }, ctx) {
  const { bot } = body
  const block = blockAt(body, x, y, z)
  const face = checkDig(body, block, x, y, z)
  const against = body.rules.againstDigging(block, bot.entity.position)
  if (against) throw new Failure('rule', against)
  const item = chooseTool(body, block, tool, harvest)
  await takeInHand(body, ctx, item)
  await footing(body, ctx)
  const started = performance.now()
  try {
    await within(body, ctx, bot.dig(block, true, face), LONGEST_MS, () => new Failure('not_dug', `${block.name} would not break`))
  } catch (error) {
    if (error instanceof Failure || ctx.signal.aborted) throw error
    throw new Failure('not_dug', error.message)
  } finally {
    bot.endDig()
  }
  if (blockAt(body, x, y, z)?.stateId === block.stateId) throw new Failure('not_dug', `${block.name} is still at ${x}, ${y}, ${z}`)
  body.dugAt = performance.now()
  return { block: block.name, seconds: Math.round(performance.now() - started) / 1000 }
}

function checkDig (body, block, x, y, z) {
  const { bot } = body
  if (!block || isAirBlock(block) || isLiquidBlock(block)) {
    throw new Failure('not_there', `there is ${block ? block.name : 'nothing loaded'} at ${x}, ${y}, ${z}`)
  }
  const eye = eyes(bot)
  const away = reachTo(eye, block.position)
  if (away > REACH) {
    throw new Failure('out_of_reach', `${x}, ${y}, ${z} is ${away.toFixed(1)} m away, and a hand reaches ${REACH}`)
  }
  const { face, obstacle } = visibleFace(body, block, eye)
  if (face || !obstacle) {
    if (block.diggable && block.hardness >= 0) return face
    throw new Failure('not_diggable', `${block.name} cannot be dug`)
  }
  const { x: ox, y: oy, z: oz } = obstacle.position
  throw new Failure('blocked_view', `${obstacle.name} at ${ox}, ${oy}, ${oz} is in the way`, { block: obstacle.name, x: ox, y: oy, z: oz })
}

function chooseTool (body, block, tool, harvest) {
  const best = tool === null
    ? bestTool(body, block)
    : { item: requireItem(body, tool) }
  const harvests = best.harvests ?? canHarvest(block, best.item)
  if (harvest && !harvests) {
    const tools = harvestTools(body, block)
    throw new Failure('cannot_harvest', `${block.name} drops nothing without one of: ${tools.join(', ')}`, { tools })
  }
  return best.item
}
