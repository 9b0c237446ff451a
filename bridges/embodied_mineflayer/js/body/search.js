import { blockAt, eyes, isAirBlock, isExposed, isReplaceable, reachTo, stateReader } from './blocks.js'
import { breathe } from './waiting.js'

const SLICE_MS = 8

/** Blocks of these names with an open face, nearest first. */
export const findExposed = (body, query, signal) => find(body, query, signal, true)

/** Blocks of these names, seen through anything. */
export const findHidden = (body, query, signal) => find(body, query, signal, false)

async function find (body, { names, radius, count }, signal, exposedOnly) {
  const { bot } = body
  const feet = bot.entity.position.clone()
  const wanted = wantedStates(body, names)
  const read = stateReader(bot)
  const found = []
  let worst = radius
  let sliceStart = performance.now()
  for (const { section, x0, y0, z0, nearest } of sectionsByDistance(bot, feet, radius)) {
    if (nearest > worst) break
    if (!holdsAny(section, wanted)) continue
    for (let index = 0; index < 4096; index++) {
      const state = section.data.get(index)
      if (!wanted.has(state)) continue
      const x = x0 + (index & 15)
      const y = y0 + (index >> 8)
      const z = z0 + ((index >> 4) & 15)
      const distance = Math.hypot(x + 0.5 - feet.x, y + 0.5 - feet.y, z + 0.5 - feet.z)
      if (distance > worst) continue
      if (exposedOnly && !isExposed(body, read, x, y, z)) continue
      found.push({ name: body.table.names[state], x, y, z, distance })
    }
    if (found.length >= count) {
      found.sort((a, b) => a.distance - b.distance)
      found.length = count
      worst = found[count - 1].distance
    }
    if (performance.now() - sliceStart > SLICE_MS) {
      await breathe()
      if (signal?.aborted) throw signal.reason
      sliceStart = performance.now()
    }
  }
  found.sort((a, b) => a.distance - b.distance)
  return found.slice(0, count).map((block) => ({ ...block, distance: Math.round(block.distance * 100) / 100 }))
}

function wantedStates (body, names) {
  const wanted = new Set()
  for (const name of names) {
    const block = body.registry.blocksByName[name]
    for (let state = block.minStateId; state <= block.maxStateId; state++) wanted.add(state)
  }
  return wanted
}

/** Loaded chunk sections (16 x 16 x 16 cells) that come within `radius`, nearest first. */
export function sectionsByDistance (bot, feet, radius) {
  const sections = []
  for (let cx = Math.floor(feet.x - radius) >> 4; cx <= Math.floor(feet.x + radius) >> 4; cx++) {
    for (let cz = Math.floor(feet.z - radius) >> 4; cz <= Math.floor(feet.z + radius) >> 4; cz++) {
      const column = bot.world.getColumn(cx, cz)
      if (!column) continue
      const bottom = column.minY ?? 0
      column.sections.forEach((section, i) => {
        if (!section?.data) return
        const origin = { x0: cx * 16, y0: bottom + i * 16, z0: cz * 16 }
        const nearest = Math.hypot(
          gap(feet.x, origin.x0), gap(feet.y, origin.y0), gap(feet.z, origin.z0))
        if (nearest <= radius) sections.push({ section, ...origin, nearest })
      })
    }
  }
  return sections.sort((a, b) => a.nearest - b.nearest)
}

const gap = (from, low) => Math.max(low - from, 0, from - (low + 16))

function holdsAny (section, wanted) {
  const palette = section.data.palette
  if (palette) return palette.some((state) => wanted.has(state))
  return section.data.value === undefined || wanted.has(section.data.value)
}

const UNSTABLE_GROUND = new Set(['crafting_table', 'furnace', 'chest', 'barrel', 'sand', 'gravel', 'farmland'])

/** Free cells in reach on solid ground, where nobody stands; those two to three metres away first. */
export function freePlaces (body, radius) {
  const { bot } = body
  const feet = bot.entity.position
  const eye = eyes(bot)
  const cell = feet.floored()
  const places = []
  for (let dx = -radius; dx <= radius; dx++) {
    for (let dz = -radius; dz <= radius; dz++) {
      for (let dy = -2; dy <= 2; dy++) {
        const p = cell.offset(dx, dy, dz)
        if (overlaps(feet, p) || reachTo(eye, p) > 3.8) continue
        const here = blockAt(body, p.x, p.y, p.z)
        const ground = blockAt(body, p.x, p.y - 1, p.z)
        if (!here || !ground || !isReplaceable(here) || here.name === 'lava') continue
        if (ground.boundingBox !== 'block' || ground.shapes[0]?.[4] !== 1) continue
        if (someoneIn(bot, p)) continue
        places.push({ x: p.x, y: p.y, z: p.z, rank: rank(here, ground, p, feet) })
      }
    }
  }
  places.sort((a, b) => a.rank - b.rank)
  return places.filter((p) => inView(body, p, eye))
}

function rank (here, ground, p, feet) {
  const distance = Math.hypot(p.x + 0.5 - feet.x, p.z + 0.5 - feet.z)
  const poor = (isAirBlock(here) ? 0 : 2) + (UNSTABLE_GROUND.has(ground.name) ? 3 : 0)
  return Math.abs(distance - 1.8) + Math.abs(p.y - Math.floor(feet.y)) + poor
}

/** True if the body (0.6 m wide, 1.8 m tall) at `feet` overlaps the cell. */
export function overlaps (feet, p, width = 0.6, height = 1.8) {
  const half = width / 2
  return feet.x + half > p.x && feet.x - half < p.x + 1 && feet.z + half > p.z && feet.z - half < p.z + 1 &&
    feet.y + height > p.y && feet.y < p.y + 1
}

function someoneIn (bot, p) {
  return Object.values(bot.entities).some((entity) => entity !== bot.entity && entity.name !== 'item' &&
    entity.height > 0 && overlaps(entity.position, p, entity.width, entity.height))
}

function inView (body, p, eye) {
  const target = { x: p.x + 0.5, y: p.y + 0.05, z: p.z + 0.5 }
  const ray = eye.clone().set(target.x, target.y, target.z).minus(eye)
  const hit = body.bot.world.raycast(eye, ray.normalize(), ray.norm())
  return !hit
}
