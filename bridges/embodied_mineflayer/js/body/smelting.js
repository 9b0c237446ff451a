import { countIn, reachable, transfer, withWindow } from './containers.js'
import { Failure } from './failure.js'
import { burnTicks, fuelFor } from './fuel.js'
import { requireKnown, room } from './inventory.js'
import { until } from './waiting.js'

const FURNACES = ['furnace', 'blast_furnace', 'smoker']
const INPUT = 0
const FUEL = 1
const OUTPUT = 2
/** A furnace that would smelt lights up within a few ticks [ms]. */
const LIGHT_MS = 3000
/** One item takes 10 s; a furnace silent for longer has gone out [ms]. */
const SILENT_MS = 16_000
/** How long putting things back may take after an abort [ms]. */
const TIDY_MS = 150

export async function smeltItem (body, args, ctx) {
  const item = requireKnown(body, args.item, 'unknown_item')
  const fuel = requireKnown(body, args.fuel, 'unknown_item')
  if (!burnTicks(fuel.name)) throw new Failure('not_fuel', `${fuel.name} does not burn`)
  const block = reachable(body, args.x, args.y, args.z, FURNACES, 'no_furnace')
  const fuelCount = args.fuel_count ?? Math.min(64, fuelFor(fuel.name, args.count))
  return withWindow(body, ctx, block, 'no_furnace', async (window) => {
    await empty(body, window, ctx)
    checkHeld(window, item, args.count, fuel, fuelCount)
    try {
      await transfer(body, ctx, window, item, args.count, 'inventory', INPUT)
      await transfer(body, ctx, window, fuel, fuelCount, 'inventory', FUEL)
      await burn(window, item, args.count, ctx)
      const output = window.slots[OUTPUT].name
      const smelted = await takeOut(body, window, ctx)
      return { smelted, output }
    } finally {
      await tidy(body, window)
    }
  })
}

function checkHeld (window, item, count, fuel, fuelCount) {
  const held = (name) => countIn(window, name, window.inventoryStart, window.inventoryEnd)
  if (held(item.name) < count) throw new Failure('no_input', `${held(item.name)} of ${item.name} are held, not ${count}`)
  const needed = fuelCount + (item.name === fuel.name ? count : 0)
  if (held(fuel.name) < needed) {
    throw new Failure('no_fuel', `${needed} of ${fuel.name} are needed and ${held(fuel.name)} held`, { needed })
  }
}

/** Take out whatever an earlier use has left in the furnace. */
async function empty (body, window, ctx) {
  for (const slot of [OUTPUT, INPUT, FUEL]) {
    const there = window.slots[slot]
    if (!there) continue
    if (room(body.bot, there.name) < there.count) throw new Failure('busy_furnace', `the furnace holds ${there.count} ${there.name}, and there is no room for it`)
    await transfer(body, ctx, window, { id: there.type, name: there.name }, there.count, slot, 'inventory')
  }
}

/** Wait until the output is whole. Progress: `{smelted, of}`. */
async function burn (window, item, count, ctx) {
  const on = [[window, 'updateSlot']]
  const made = () => window.slots[OUTPUT]?.count ?? 0
  const lit = await until(ctx, { on, check: () => !fuelWaits(window) || made() > 0, ms: LIGHT_MS })
  if (!lit) throw new Failure('not_smeltable', `the furnace does nothing with ${item.name}`)
  for (let last = 0; made() < count;) {
    const more = await until(ctx, { on, check: () => made() > last, ms: SILENT_MS })
    if (!more) {
      if (last === 0 && made() === 0) throw new Failure('not_smeltable', `the furnace does nothing with ${item.name}`)
      break
    }
    last = made()
    ctx.progress?.({ smelted: last, of: count })
  }
}

/** The furnace takes one fuel as it lights. */
function fuelWaits (window) {
  const there = window.slots[FUEL]?.count ?? 0
  window.fuelAtStart ??= there
  return there >= window.fuelAtStart
}

async function takeOut (body, window, ctx) {
  const made = window.slots[OUTPUT]
  if (!made) return 0
  const before = countIn(window, made.name, window.inventoryStart, window.inventoryEnd)
  await transfer(body, ctx, window, { id: made.type, name: made.name }, made.count, OUTPUT, 'inventory')
  return countIn(window, made.name, window.inventoryStart, window.inventoryEnd) - before
}

/** Leave nothing of ours behind, also when the call was aborted: so it heeds no signal, but a short deadline. */
async function tidy (body, window) {
  const calm = { signal: AbortSignal.timeout(TIDY_MS) }
  try {
    await empty(body, window, calm)
  } catch (error) {
    body.log(`left something in the furnace: ${error.message}`)
  }
}
