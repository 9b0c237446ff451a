import { agree } from './agreement.js'
import { Failure } from './failure.js'
import { usesLeft } from './inventory.js'
import { within } from './waiting.js'

const TIERS = ['wooden', 'golden', 'stone', 'iron', 'diamond', 'netherite']
/** The first of the nine slots that a hand reaches without a click. */
const HOTBAR = 36
const tier = (item) => TIERS.findIndex((name) => item.name.startsWith(`${name}_`))

/**
 * The best way to dig a block with what is held: `{item, seconds, harvests}`; `item` is null for the bare hand.
 * What makes it drop something comes first, then speed, then the cheaper tool.
 */
export function bestTool (body, block) {
  let best = { item: null, seconds: digSeconds(body, block, null), harvests: canHarvest(block, null), tier: -1 }
  for (const item of body.bot.inventory.items()) {
    if (!item.maxDurability || usesLeft(item) <= 0) continue
    const candidate = { item, seconds: digSeconds(body, block, item), harvests: canHarvest(block, item), tier: tier(item) }
    if (isBetter(candidate, best)) best = candidate
  }
  return best
}

/** True if a block drops something when dug with this (null: by hand). prismarine-block says null where it means false. */
export const canHarvest = (block, item) => Boolean(block.canHarvest(item?.type ?? null))

function isBetter (a, b) {
  if (a.harvests !== b.harvests) return a.harvests
  if (Math.abs(a.seconds - b.seconds) > 0.01) return a.seconds < b.seconds
  return a.tier < b.tier
}

export function digSeconds (body, block, item) {
  const enchants = item?.enchants ?? []
  return block.digTime(item?.type ?? null, false, false, false, enchants, body.bot.entity.effects ?? {}) / 1000
}

/** Names of the tools that make a block drop something; empty if a hand will do. */
export function harvestTools (body, block) {
  return Object.keys(block.harvestTools ?? {}).map((id) => body.registry.items[id]?.name).filter(Boolean)
}

/** Take a stack in hand; null means anything that does not wear out. */
export async function takeInHand (body, ctx, item) {
  const { bot } = body
  if (item) {
    if (bot.heldItem === item) return
    const inHotbar = item.slot >= HOTBAR
    await within(body, ctx, bot.equip(item, 'hand'), 3000, () => new Failure('no_item', `could not take ${item.name} in hand`))
    if (inHotbar) return // no click was needed
    await agree(body, ctx)
    if (bot.heldItem?.name !== item.name) throw new Failure('no_item', `could not take ${item.name} in hand`)
    return
  }
  const slot = spareHand(bot)
  if (slot !== null) bot.setQuickBarSlot(slot)
}

/** A hotbar slot that holds no tool, if a tool is in hand; else null. */
export function spareHand (bot) {
  if (!bot.heldItem?.maxDurability) return null
  for (let slot = 0; slot < 9; slot++) if (!bot.inventory.slots[36 + slot]?.maxDurability) return slot
  return null
}
