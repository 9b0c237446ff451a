import { blockAt, eyes, isAirBlock, REACH, reachTo } from './blocks.js'
import { Failure } from './failure.js'
import { count as countHeld, counts, freeSlots, requireItem, requireKnown, untilHeld } from './inventory.js'
import { takeInHand } from './tools.js'
import { until, within } from './waiting.js'

const SLOTS = { off_hand: 'off-hand', head: 'head', torso: 'torso', legs: 'legs', feet: 'feet' }
const WORN = { head: /_helmet$|_head$|_skull$|^carved_pumpkin$/, torso: /_chestplate$|^elytra$/, legs: /_leggings$/, feet: /_boots$/ }

/** What a slot holds, or null. */
export const slotItem = (bot, slot) =>
  slot === 'hand' ? bot.heldItem : bot.inventory.slots[bot.getEquipmentDestSlot(SLOTS[slot])]

export async function equip (body, { item, slot }, ctx) {
  const { bot } = body
  if (slotItem(bot, slot)?.name === item) return { item }
  const stack = requireItem(body, item)
  if (WORN[slot] && !WORN[slot].test(item)) throw new Failure('wrong_slot', `${item} is not worn on the ${slot}`)
  if (slot === 'hand') await takeInHand(body, ctx, stack)
  else await within(body, ctx, bot.equip(stack, SLOTS[slot]), 3000, () => new Failure('wrong_slot', `${item} would not go to ${slot}`))
  await untilHeld(body, ctx, () => slotItem(bot, slot)?.name === item, 500)
  if (slotItem(bot, slot)?.name !== item) throw new Failure('wrong_slot', `${item} would not go to ${slot}`)
  return { item }
}

export async function unequip (body, { slot }, ctx) {
  const { bot } = body
  const worn = slotItem(bot, slot)
  if (!worn) return { item: '' }
  if (freeSlots(bot) === 0) throw new Failure('inventory_full', `no room for ${worn.name}`)
  const { name } = worn
  await within(body, ctx, bot.unequip(SLOTS[slot] ?? 'hand'), 3000, () => new Failure('inventory_full', `${name} would not come off`))
  return { item: name }
}

const HARMFUL = /^(rotten_flesh|spider_eye|poisonous_potato|pufferfish|chicken|suspicious_stew|chorus_fruit)$/

export async function eat (body, { item }, ctx) {
  const { bot, registry } = body
  const food = item ? requireItem(body, item) : bestFood(body)
  if (!registry.foodsByName[food.name]) throw new Failure('not_food', `${food.name} cannot be eaten`)
  if (isKept(body, food)) throw new Failure('rule', `a rule wants ${body.rules.keep[food.name]} of ${food.name} kept`)
  if (bot.food >= 20 && !/golden_apple$/.test(food.name)) throw new Failure('not_hungry', 'the food level is 20 of 20')
  await takeInHand(body, ctx, food)
  const before = { held: countHeld(bot, food.name), food: bot.food }
  const eaten = () => countHeld(bot, food.name) < before.held || bot.food > before.food
  const chewing = bot.consume()
  chewing.catch(() => {})
  try {
    await until(ctx, { on: [[bot.inventory, 'updateSlot'], [bot, 'health']], check: eaten, ms: 4000 })
  } finally {
    if (!eaten()) bot.deactivateItem()
  }
  if (!eaten()) throw new Failure('not_eaten', `${food.name} was not eaten`)
  await until(ctx, { on: [[bot, 'health']], check: () => bot.food > before.food, ms: 200 })
  return { item: food.name, food: bot.food }
}

const isKept = (body, { name }) => body.rules.keeps(name, countHeld(body.bot, name))

function bestFood (body) {
  const worth = (stack) => {
    const food = body.registry.foodsByName[stack.name]
    return food && !HARMFUL.test(stack.name) ? food.foodPoints + (food.saturation ?? 0) : 0
  }
  // What a rule wants kept comes last: it is refused, and only where there is nothing else.
  const [best] = body.bot.inventory.items().filter((stack) => worth(stack) > 0)
    .sort((a, b) => isKept(body, a) - isKept(body, b) || worth(b) - worth(a))
  if (!best) throw new Failure('no_item', 'no food is held that is good to eat')
  return best
}

export async function drop (body, { item, count }, ctx) {
  const { bot } = body
  const known = requireKnown(body, item)
  const held = countHeld(bot, item)
  if (held < count) throw new Failure('no_item', `${held} of ${item} are held, not ${count}`)
  await within(body, ctx, bot.toss(known.id, null, count), 8000, () => new Failure('no_item', `${item} could not be thrown`))
  await untilHeld(body, ctx, () => countHeld(bot, item) <= held - count, 500)
  return { dropped: held - countHeld(bot, item) }
}

export async function useOn (body, { x, y, z, item }, ctx) {
  const { bot } = body
  if (item) await takeInHand(body, ctx, requireItem(body, item))
  const block = blockAt(body, x, y, z)
  if (!block || isAirBlock(block)) throw new Failure('not_there', `there is nothing at ${x}, ${y}, ${z}`)
  if (reachTo(eyes(bot), block.position) > REACH) throw new Failure('out_of_reach', `${block.name} at ${x}, ${y}, ${z} is out of reach`)
  const before = JSON.stringify(counts(bot))
  const changed = () => blockAt(body, x, y, z)?.stateId !== block.stateId || JSON.stringify(counts(bot)) !== before
  await bot.lookAt(block.position.offset(0.5, block.boundingBox === 'block' ? 0.9 : 0.5, 0.5), true)
  // Buckets act along the line of sight, everything else on the block that is clicked.
  if (/bucket$/.test(bot.heldItem?.name ?? '')) bot.activateItem()
  else await within(body, ctx, bot.activateBlock(block), 2000, () => new Failure('out_of_reach', 'could not turn to it'))
  await until(ctx, { on: [[bot, 'blockUpdate'], [bot.inventory, 'updateSlot']], check: changed, ms: 800 })
  if (bot.currentWindow) bot.closeWindow(bot.currentWindow)
  return { block: blockAt(body, x, y, z)?.name ?? 'air', changed: changed() }
}

export async function useItem (body, { item }, ctx) {
  const { bot } = body
  await takeInHand(body, ctx, requireItem(body, item))
  const before = JSON.stringify(counts(bot))
  const changed = () => JSON.stringify(counts(bot)) !== before
  bot.activateItem()
  try {
    await untilHeld(body, ctx, changed, 2000)
  } finally {
    bot.deactivateItem()
  }
  return { changed: changed() }
}
