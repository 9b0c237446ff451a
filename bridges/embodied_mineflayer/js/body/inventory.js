/** What is held: counts, stacks and room, read from whichever window is open. */

import { Failure } from './failure.js'
import { until } from './waiting.js'

/** Every stack held: main inventory, hotbar, off hand, worn armour, and what a click has picked up. */
export function stacks (bot) {
  const own = bot.inventory
  const open = bot.currentWindow
  const list = []
  const worn = own.slots.slice(5, 9).concat(own.slots.slice(45, 46))
  const carried = open ? open.slots.slice(open.inventoryStart, open.inventoryEnd) : own.slots.slice(9, 45)
  for (const item of worn.concat(carried)) if (item) list.push(item)
  const cursor = (open ?? own).selectedItem
  if (cursor) list.push(cursor)
  return list
}

export function counts (bot) {
  const total = {}
  for (const item of stacks(bot)) total[item.name] = (total[item.name] ?? 0) + item.count
  return total
}

export const count = (bot, name) => stacks(bot).reduce((sum, item) => sum + (item.name === name ? item.count : 0), 0)

/** What was gained between two counts, by item. */
export function gained (before, after) {
  const gain = {}
  for (const [name, n] of Object.entries(after)) if (n > (before[name] ?? 0)) gain[name] = n - (before[name] ?? 0)
  return gain
}

/** How many more of an item fit. */
export function room (bot, name) {
  const size = bot.registry.itemsByName[name]?.stackSize ?? 64
  const open = bot.currentWindow
  const slots = open ? open.slots.slice(open.inventoryStart, open.inventoryEnd) : bot.inventory.slots.slice(9, 45)
  return slots.reduce((sum, item) => sum + (!item ? size : item.name === name ? size - item.count : 0), 0)
}

export const freeSlots = (bot) => bot.inventory.slots.slice(9, 45).filter((item) => !item).length

/** A held stack of an item, or a failure `no_item`. */
export function requireItem (body, name) {
  requireKnown(body, name)
  const stack = body.bot.inventory.items().find((item) => item.name === name) ??
    body.bot.inventory.slots.find((item) => item?.name === name)
  if (!stack) throw new Failure('no_item', `no ${name} is held`)
  return stack
}

/** Refuse a name that is no item of this version. */
export function requireKnown (body, name, code = 'no_item') {
  const item = body.registry.itemsByName[name]
  if (!item) throw new Failure(code, `"${name}" is no item of Minecraft ${body.version}`)
  return item
}

/** Usable life left in a tool. */
export const usesLeft = (item) => (item.maxDurability ? item.maxDurability - (item.durabilityUsed ?? 0) : 0)

/** Wait until the inventory says so. */
export const untilHeld = (body, ctx, check, ms) =>
  until(ctx, { on: [[body.bot.inventory, 'updateSlot']], check, ms })
