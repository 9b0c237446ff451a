import { Vec3 } from 'vec3'

const OPEN = 1
const SOLID = 2
const LIQUID = 4
const AIR = 8

const SIDES = [[0, 1, 0], [0, -1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1]]

/**
 * What each block state is, in one byte, so that thousands of cells can be looked at without making a Block object.
 * A state is *open* when one can see through it: air, water, plants, leaves, glass.
 */
export function blockTable (registry) {
  const highest = registry.blocksArray.reduce((most, block) => Math.max(most, block.maxStateId ?? block.id), 0)
  const traits = new Uint8Array(highest + 1)
  const names = new Array(highest + 1)
  for (const block of registry.blocksArray) {
    const air = block.name === 'air' || block.name === 'cave_air' || block.name === 'void_air'
    const liquid = block.name === 'water' || block.name === 'lava'
    const open = air || liquid || block.transparent || block.boundingBox === 'empty'
    const trait = (open ? OPEN : 0) | (block.boundingBox === 'block' ? SOLID : 0) | (liquid ? LIQUID : 0) | (air ? AIR : 0)
    for (let state = block.minStateId; state <= block.maxStateId; state++) {
      traits[state] = trait
      names[state] = block.name
    }
  }
  return { traits, names }
}

/** Fast reading of block states: `state(x, y, z)` is undefined where no chunk is loaded. */
export function stateReader (bot) {
  let column
  let cx = NaN
  let cz = NaN
  return (x, y, z) => {
    if ((x >> 4) !== cx || (z >> 4) !== cz) {
      cx = x >> 4
      cz = z >> 4
      column = bot.world.getColumn(cx, cz)
    }
    if (!column) return undefined
    const bottom = column.minY ?? 0
    const section = column.sections[(y - bottom) >> 4]
    if (!section) return y < bottom || y >= bottom + (column.worldHeight ?? 256) ? undefined : 0
    return section.get({ x: x & 15, y: (y - bottom) & 15, z: z & 15 })
  }
}

/** True if a face of the cell is open to air, water or plants. */
export function isExposed (body, read, x, y, z) {
  const { traits } = body.table
  for (const [dx, dy, dz] of SIDES) {
    const state = read(x + dx, y + dy, z + dz)
    if (state !== undefined && traits[state] & OPEN) return true
  }
  return false
}

export const isAir = (body, state) => (body.table.traits[state] & AIR) !== 0
export const isSolid = (body, state) => state !== undefined && (body.table.traits[state] & SOLID) !== 0
export const isLiquid = (body, state) => (body.table.traits[state] & LIQUID) !== 0

/** The block at a cell, or null where no chunk is loaded. */
export const blockAt = (body, x, y, z) => body.bot.blockAt(new Vec3(Math.floor(x), Math.floor(y), Math.floor(z)))

export const isAirBlock = (block) => block.name === 'air' || block.name === 'cave_air' || block.name === 'void_air'
export const isLiquidBlock = (block) => block.name === 'water' || block.name === 'lava'

const REPLACEABLE = new Set(['air', 'cave_air', 'void_air', 'water', 'lava', 'grass', 'short_grass', 'tall_grass', 'fern',
  'large_fern', 'dead_bush', 'vine', 'seagrass', 'tall_seagrass', 'fire', 'snow', 'glow_lichen'])

/** True if the game lets a block be placed over this one. */
export const isReplaceable = (block) => REPLACEABLE.has(block.name)

/** What block_at answers. */
export function describeBlock (body, x, y, z) {
  const read = stateReader(body.bot)
  const state = read(x, y, z)
  const open = state !== undefined && (body.table.traits[state] & OPEN) !== 0
  const exposed = state !== undefined && isExposed(body, read, x, y, z)
  if (state === undefined || !(open || exposed)) {
    return { name: 'unknown', known: false, solid: false, diggable: false, liquid: false, exposed: false }
  }
  const block = blockAt(body, x, y, z)
  return {
    name: isAirBlock(block) ? 'air' : block.name,
    known: true,
    solid: block.boundingBox === 'block',
    diggable: block.diggable && !isAirBlock(block) && !isLiquidBlock(block),
    liquid: isLiquidBlock(block),
    exposed
  }
}

/** Where the eyes are. */
export const eyes = (bot) => bot.entity.position.offset(0, bot.entity.eyeHeight ?? 1.62, 0)

/** How far from the eyes to the nearest point of a cell [m]. */
export function reachTo (eye, position) {
  const gap = (from, low) => Math.max(low - from, 0, from - (low + 1))
  return Math.hypot(gap(eye.x, position.x), gap(eye.y, position.y), gap(eye.z, position.z))
}

/** How far a hand reaches in survival, from the eyes [m]. */
export const REACH = 4.5

const SPOTS = [[0, 0], [0.3, 0.3], [-0.3, 0.3], [0.3, -0.3], [-0.3, -0.3]]

/**
 * A face of the block that is in view of `eye`: `{face: Vec3}`, or `{obstacle: Block}` naming what is in the way.
 */
export function visibleFace (body, block, eye) {
  let obstacle = null
  for (const [dx, dy, dz] of SIDES) {
    const center = block.position.offset(0.5 + dx * 0.5, 0.5 + dy * 0.5, 0.5 + dz * 0.5)
    const toward = (eye.x - center.x) * dx + (eye.y - center.y) * dy + (eye.z - center.z) * dz
    if (toward <= 0) continue
    for (const [a, b] of SPOTS) {
      const spot = dx ? center.offset(0, a, b) : dy ? center.offset(a, 0, b) : center.offset(a, b, 0)
      const hit = firstHit(body, eye, spot)
      if (!hit || hit.position.equals(block.position)) return { face: new Vec3(dx, dy, dz) }
      obstacle ??= hit
    }
  }
  return { obstacle }
}

/** The first block with a shape between two points, or null. */
function firstHit (body, from, to) {
  const ray = to.minus(from)
  const length = ray.norm()
  return body.bot.world.raycast(from, ray.normalize(), length + 0.01)
}
