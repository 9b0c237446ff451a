import { Vec3 } from 'vec3'
import { blockAt, eyes, isReplaceable, REACH, reachTo } from './blocks.js'
import { Failure } from './failure.js'
import { count as countHeld, requireItem, untilHeld } from './inventory.js'
import { overlaps } from './search.js'
import { takeInHand } from './tools.js'
import { until, within } from './waiting.js'
import { walkTo } from './walking.js'

const PLACED_MS = 700
const FACES = [[0, -1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [0, 1, 0]].map(([x, y, z]) => new Vec3(x, y, z))
const INTERACTIVE = /^(crafting_table|.*furnace|smoker|.*chest|barrel|.*_bed|.*_door|.*_trapdoor|.*_fence_gate|.*_button|lever|anvil|.*anvil|loom|grindstone|stonecutter|smithing_table|cartography_table|hopper|dispenser|dropper|.*shulker_box|note_block|.*_table|lectern|beacon|bell)$/

export async function placeItem (body, { item, x, y, z }, ctx) {
  const { bot } = body
  const stack = requireItem(body, item)
  const cell = new Vec3(x, y, z)
  const before = checkCell(body, cell)
  await stepOut(body, cell, item, ctx)
  checkReach(body, cell)
  const faces = supports(body, cell)
  if (!faces.length) throw new Failure('no_support', `nothing solid touches ${show(cell)} to place ${item} against`)
  await takeInHand(body, ctx, stack)
  const held = countHeld(bot, item)
  for (const face of faces.slice(0, 4)) {
    if (bot.heldItem?.name !== item) break
    if (!await clickFace(body, cell, face, before, ctx)) continue
    // The block comes first; who counts at once would still count it as held.
    if (bot.game.gameMode !== 'creative') await untilHeld(body, ctx, () => countHeld(bot, item) < held, 500)
    return { block: blockAt(body, x, y, z).name }
  }
  throw new Failure('not_placed', `the server did not place ${item} at ${show(cell)}`)
}

function checkCell (body, cell) {
  const block = blockAt(body, cell.x, cell.y, cell.z)
  if (!block) throw new Failure('out_of_reach', `${show(cell)} is not loaded: go nearer first`)
  if (!isReplaceable(block)) throw new Failure('occupied', `${block.name} is at ${show(cell)}`)
  return block
}

function checkReach (body, cell) {
  const away = reachTo(eyes(body.bot), cell)
  if (away > REACH) throw new Failure('out_of_reach', `${show(cell)} is ${away.toFixed(1)} m away, and a hand reaches ${REACH}`)
}

/** Directions from the cell to solid neighbours, those in easy view first. */
function supports (body, cell) {
  const eye = eyes(body.bot)
  return FACES.filter((face) => {
    const block = blockAt(body, cell.x + face.x, cell.y + face.y, cell.z + face.z)
    return block && block.boundingBox === 'block'
  }).sort((a, b) => cost(a) - cost(b))

  function cost (face) {
    const block = blockAt(body, cell.x + face.x, cell.y + face.y, cell.z + face.z)
    const center = cell.offset(0.5 + face.x / 2, 0.5 + face.y / 2, 0.5 + face.z / 2)
    const facing = (eye.x - center.x) * -face.x + (eye.y - center.y) * -face.y + (eye.z - center.z) * -face.z
    return (facing > 0 ? 0 : 10) + (INTERACTIVE.test(block.name) ? 5 : 0) + (face.y === -1 ? 0 : 1)
  }
}

/** Click the neighbour's face that borders the cell; true once another block is there. */
async function clickFace (body, cell, face, before, ctx) {
  const { bot } = body
  const reference = blockAt(body, cell.x + face.x, cell.y + face.y, cell.z + face.z)
  const sneak = INTERACTIVE.test(reference.name)
  const placed = () => {
    const now = blockAt(body, cell.x, cell.y, cell.z)
    return now && now.stateId !== before.stateId && !isReplaceable(now)
  }
  if (sneak) bot.setControlState('sneak', true)
  try {
    const click = bot._genericPlace(reference, face.scaled(-1), { swingArm: 'right', forceLook: true })
    await within(body, ctx, click, 1000, () => new Failure('not_placed', 'could not turn to the place'))
    return await until(ctx, { on: [[bot, `blockUpdate:${cell}`]], check: placed, ms: PLACED_MS })
  } finally {
    if (sneak) bot.setControlState('sneak', false)
  }
}

const THIN = /torch|sapling|_carpet|_button|lever|rail|flower|sign/

/** Leave the cell if the body stands in it. */
async function stepOut (body, cell, item, ctx) {
  const { bot } = body
  if (THIN.test(item) || !overlaps(bot.entity.position, cell)) return
  const feet = bot.entity.position.floored()
  for (const [dx, dz] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    for (const dy of [0, -1, 1]) {
      const to = new Vec3(cell.x + dx, feet.y + dy, cell.z + dz)
      if (!standable(body, to)) continue
      try {
        await walkTo(body, to, ctx)
        if (!overlaps(bot.entity.position, cell)) return
      } catch (error) {
        if (!(error instanceof Failure)) throw error
      }
    }
  }
  throw new Failure('occupied', `the body stands at ${show(cell)} and found no free cell beside it to step into`)
}

function standable (body, p) {
  const at = (dy) => blockAt(body, p.x, p.y + dy, p.z)
  return at(-1)?.boundingBox === 'block' && at(0)?.boundingBox === 'empty' && at(1)?.boundingBox === 'empty' &&
    at(0).name !== 'lava'
}

const show = (p) => `${p.x}, ${p.y}, ${p.z}`
