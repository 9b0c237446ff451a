import { countIn, reachable, transfer, withWindow } from './containers.js'
import { Failure } from './failure.js'
import { count, requireKnown, room } from './inventory.js'

const CHESTS = ['chest', 'trapped_chest', 'barrel', 'ender_chest']

const open = (body, { x, y, z }, ctx, use) =>
  withWindow(body, ctx, reachable(body, x, y, z, CHESTS, 'no_chest'), 'no_chest', use)

export const chestContents = (body, args, ctx) => open(body, args, ctx, (window) => {
  const contents = {}
  const slots = window.slots.slice(0, window.inventoryStart)
  for (const item of slots) if (item) contents[item.name] = (contents[item.name] ?? 0) + item.count
  return { contents, free_slots: slots.filter((item) => !item).length }
})

export async function chestDeposit (body, args, ctx) {
  const item = requireKnown(body, args.item, 'unknown_item')
  const before = count(body.bot, item.name)
  await open(body, args, ctx, async (window) => {
    const held = countIn(window, item.name, window.inventoryStart, window.inventoryEnd)
    if (held < args.count) throw new Failure('no_item', `${held} of ${item.name} are held, not ${args.count}`)
    const space = spaceIn(window, item, 0, window.inventoryStart)
    if (space < args.count) throw new Failure('chest_full', `the chest has room for ${space} more ${item.name}`)
    await transfer(body, ctx, window, item, args.count, 'inventory', 'container')
  })
  return { moved: before - count(body.bot, item.name) }
}

export async function chestWithdraw (body, args, ctx) {
  const item = requireKnown(body, args.item, 'unknown_item')
  const before = count(body.bot, item.name)
  await open(body, args, ctx, async (window) => {
    const there = countIn(window, item.name, 0, window.inventoryStart)
    if (there < args.count) throw new Failure('no_item', `the chest holds ${there} ${item.name}, not ${args.count}`)
    if (room(body.bot, item.name) < args.count) throw new Failure('inventory_full', `no room for ${args.count} ${item.name}`)
    await transfer(body, ctx, window, item, args.count, 'container', 'inventory')
  })
  return { moved: count(body.bot, item.name) - before }
}

const spaceIn = (window, item, start, end) => window.slots.slice(start, end).reduce(
  (sum, slot) => sum + (!slot ? item.stackSize : slot.name === item.name ? item.stackSize - slot.count : 0), 0)
