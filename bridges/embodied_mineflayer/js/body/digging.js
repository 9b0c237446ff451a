import { blockAt, eyes, isAirBlock, isLiquidBlock, REACH, reachTo, visibleFace } from './blocks.js'
import { Failure } from './failure.js'
import { requireItem } from './inventory.js'
import { bestTool, harvestTools, takeInHand } from './tools.js'
import { footing } from './travel.js'
import { until, within } from './waiting.js'

/** How long the server has to confirm that a block is gone [ms]. */
const CONFIRM_MS = 1200

export async function digBlock (body, { x, y, z, tool, harvest }, ctx) {
  const { bot } = body
  const block = blockAt(body, x, y, z)
  const face = checkDig(body, block, x, y, z)
  const item = chooseTool(body, block, tool, harvest)
  await takeInHand(body, ctx, item)
  await footing(body, ctx)
  const started = performance.now()
  const confirmed = serverWord(body, block)
  try {
    const longest = 1000 * 60
    await within(body, ctx, bot.dig(block, true, face), longest, () => new Failure('not_dug', `${block.name} would not break`))
    const after = await confirmed.spoken(ctx)
    if (after?.refused || blockAt(body, x, y, z)?.stateId === block.stateId) {
      throw new Failure('not_dug', `the server put ${block.name} back at ${x}, ${y}, ${z}`)
    }
  } finally {
    confirmed.end()
    bot.stopDigging()
  }
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
  const harvests = best.harvests ?? block.canHarvest(best.item.type)
  if (harvest && !harvests) {
    const tools = harvestTools(body, block)
    throw new Failure('cannot_harvest', `${block.name} drops nothing without one of: ${tools.join(', ')}`, { tools })
  }
  return best.item
}

/**
 * Listen to what the server itself says of a cell: mineflayer shows the block gone before the server has agreed.
 * `spoken()` waits for that.
 */
function serverWord (body, block) {
  const { _client: client } = body.bot
  const p = block.position
  let word = null
  const speak = (stateId) => { word = { refused: stateId === block.stateId, gone: stateId !== block.stateId } }
  const single = ({ location, type }) => { if (location.x === p.x && location.y === p.y && location.z === p.z) speak(type) }
  const multi = ({ chunkCoordinates: c, records }) => {
    if (!c || c.x !== p.x >> 4 || c.y !== p.y >> 4 || c.z !== p.z >> 4) return
    for (const record of records) {
      const value = Number(record)
      if (Number.isNaN(value)) continue
      if (((value >> 8) & 15) === (p.x & 15) && ((value >> 4) & 15) === (p.z & 15) && (value & 15) === (p.y & 15)) speak(value >> 12)
    }
  }
  // An acknowledgement comes after any correction of the block, and some servers send nothing else to the one who digs.
  const acknowledged = () => { word ??= { refused: false } }
  client.on('acknowledge_player_digging', acknowledged)
  client.on('block_change', single)
  client.on('multi_block_change', multi)
  return {
    spoken (ctx) {
      // Some servers repeat the block when digging begins: only what comes after the end of it is an answer.
      if (!word?.gone) word = null
      const events = ['block_change', 'multi_block_change', 'acknowledge_player_digging'].map((event) => [client, event])
      return until(ctx, { on: events, check: () => word, ms: CONFIRM_MS })
    },
    end () {
      client.removeListener('acknowledge_player_digging', acknowledged)
      client.removeListener('block_change', single)
      client.removeListener('multi_block_change', multi)
    }
  }
}
