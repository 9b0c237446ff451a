import { counts, gained, room } from './inventory.js'
import { Failure } from './failure.js'
import { NearCell, travel } from './travel.js'
import { until } from './waiting.js'

/** A block's drop appears a moment after the block is gone [ms]. */
const DROP_DELAY_MS = 300
/** How long to try for one thing lying about [ms]. */
const FETCH_MS = 5000
/** A fresh drop cannot be picked up at once [ms]. */
const PICKUP_MS = 1400

export async function collectItems (body, { radius }, ctx) {
  const { bot } = body
  const before = counts(bot)
  const tries = new Map()
  const near = () => droppedItems(bot, radius).filter((item) => (tries.get(item.id) ?? 0) < 2)
  await awaitDrop(body, near, ctx)
  let full = false
  for (let next = near(); next.length && !full; next = near()) {
    const item = next[0]
    tries.set(item.id, (tries.get(item.id) ?? 0) + 1)
    full = !hasRoomFor(bot, item)
    if (!full) await fetch(body, item, tries.get(item.id), ctx)
  }
  await until(ctx, { on: [[bot.inventory, 'updateSlot']], check: () => tries.size === 0 || hasGained(bot, before), ms: 150 })
  const collected = gained(before, counts(bot))
  if (full && Object.keys(collected).length === 0) throw new Failure('inventory_full', 'no room for what lies here: drop() something first')
  return { collected, left: droppedItems(bot, radius).length }
}

/** Dropped items within `radius` of the feet, nearest first. */
export function droppedItems (bot, radius) {
  const feet = bot.entity.position
  return Object.values(bot.entities)
    .filter((entity) => entity.name === 'item' && entity.isValid !== false && entity.position.distanceTo(feet) <= radius)
    .sort((a, b) => a.position.distanceTo(feet) - b.position.distanceTo(feet))
}

/** What a dropped item is; "" where the server does not say. */
export function itemName (entity) {
  try {
    return entity.getDroppedItem?.()?.name ?? ''
  } catch {
    return ''
  }
}

function hasRoomFor (bot, entity) {
  const name = itemName(entity)
  return name ? room(bot, name) > 0 : bot.inventory.slots.slice(9, 45).some((slot) => !slot || slot.count < slot.stackSize)
}

const hasGained = (bot, before) => Object.keys(gained(before, counts(bot))).length > 0

async function awaitDrop (body, near, ctx) {
  const sinceDig = performance.now() - (body.dugAt ?? -Infinity)
  if (sinceDig > DROP_DELAY_MS) return
  const events = ['entitySpawn', 'itemDrop', 'playerCollect'].map((event) => [body.bot, event])
  await until(ctx, { on: events, check: () => near().length > 0, ms: DROP_DELAY_MS - sinceDig })
}

async function fetch (body, item, attempt, ctx) {
  const { bot } = body
  let vanished = false
  const mark = (entity) => { vanished ||= entity.id === item.id }
  const gone = () => vanished || !bot.entities[item.id]
  bot.on('entityGone', mark)
  try {
    if (attempt > 1 || !touches(bot, item)) {
      const { x, y, z } = item.position
      const goal = new NearCell(x, y + 0.2, z, attempt > 1 ? 0 : 1)
      const done = () => gone() || (attempt === 1 && touches(bot, item))
      if (!await goThere(body, goal, { dig: true, build: attempt > 1, done }, ctx)) return
    }
    await until(ctx, { on: [[bot, 'entityGone']], check: gone, ms: touches(bot, item) ? PICKUP_MS : 350 })
  } finally {
    bot.removeListener('entityGone', mark)
  }
}

/** Travel for a short while; false if one thing lying about is not worth more. */
async function goThere (body, goal, manners, ctx) {
  const signal = AbortSignal.any([ctx.signal, AbortSignal.timeout(FETCH_MS)])
  try {
    await travel(body, goal, manners, { ...ctx, signal })
    return true
  } catch (error) {
    if (ctx.signal.aborted) throw ctx.signal.reason
    if (signal.aborted || error instanceof Failure) return false
    throw error
  }
}

/** True where standing still is enough to pick it up. */
function touches (bot, item) {
  const p = bot.entity.position
  const dy = item.position.y - p.y
  return Math.abs(item.position.x - p.x) < 1.3 && Math.abs(item.position.z - p.z) < 1.3 && dy > -0.7 && dy < 2.2
}
