'use strict'
// Small growth, each within its own chunk and so applied last: plants on land, in water and in caves.
const { unit, Random } = require('./random')
const { Noise } = require('./noise')
const { BIOMES } = require('./biomes')
const { SEA, TOP } = require('./density')
const { at } = require('./ground')
const { FLAG } = require('./palette')
const { PLANTS, PUMPKIN_CHUNKS, MELON_CHUNKS } = require('./plants')
const { makeUnderwater } = require('./underwater')
const { makeCaveGrowth } = require('./cave_growth')

const DOUBLE = new Set(['tall_grass', 'large_fern', 'sunflower', 'lilac', 'rose_bush', 'peony'])

function makeCover (seed, palette) {
  const { state, flags } = palette
  const clumps = new Noise(seed, 31)
  const under = makeUnderwater(seed, palette)
  const caves = makeCaveGrowth(seed, palette)
  const s = coverStates(state)

  function set (blocks, x, y, z, name, roll) {
    if (DOUBLE.has(name)) {
      if (blocks[at(x, y + 1, z)] !== 0) return
      blocks[at(x, y, z)] = state(name, { half: 'lower' })
      blocks[at(x, y + 1, z)] = state(name, { half: 'upper' })
    } else if (name === 'pink_petals') {
      blocks[at(x, y, z)] = state(name, { flower_amount: 1 + Math.floor(roll * 4), facing: 'north' })
    } else blocks[at(x, y, z)] = s.simple(name)
  }

  function onSoil (blocks, x, y, z, wx, wz, plants) {
    const roll = unit(seed, wx, wz, 32); const pick = unit(seed, wx, wz, 33)
    const patch = clumps.at2(wx / 13, wz / 13)
    const rich = Math.max(0, patch + 0.1) * 3.2 // mean about 1
    let limit = 0
    const hit = chance => roll < (limit += chance)
    if (plants.bamboo && hit(plants.bamboo * rich)) return stalk(blocks, x, y, z, 4 + Math.floor(pick * 8), bamboo)
    if (plants.tall && hit(plants.tall * rich)) return set(blocks, x, y, z, weighted(plants.talls, pick))
    if (plants.flower && hit(plants.flower * rich)) return set(blocks, x, y, z, flowerAt(plants.flowers, wx, wz, pick), pick)
    if (plants.berries && hit(plants.berries * Math.max(0, patch - 0.45) * 6)) { blocks[at(x, y, z)] = s.berries[pick < 0.5 ? 1 : 0]; return }
    for (const name in plants.others) if (hit(plants.others[name])) { blocks[at(x, y, z)] = s.simple(name); return }
    if (plants.grass && hit(plants.grass)) set(blocks, x, y, z, weighted(plants.grasses, pick))
  }

  /** Neighbouring flowers are mostly of one kind, as in vanilla's patches. */
  function flowerAt (flowers, wx, wz, pick) {
    const share = pick < 0.25 ? pick * 4 : unit(seed, Math.floor(wx / 7), Math.floor(wz / 7), 34)
    return weighted(flowers, share)
  }

  function stalk (blocks, x, y, z, height, part) {
    for (let k = 0; k < height; k++) if (blocks[at(x, y + k, z)] !== 0) height = k
    for (let k = 0; k < height; k++) blocks[at(x, y + k, z)] = part(k, height)
  }
  const bamboo = (k, n) => s.bamboo[k >= n - 2 ? 'large' : k === n - 3 ? 'small' : 'none']

  function onSand (blocks, x, y, z, wx, wz, plants) {
    const roll = unit(seed, wx, wz, 35)
    const alone = x > 0 && x < 15 && z > 0 && z < 15 && [[1, 0], [-1, 0], [0, 1], [0, -1]].every(([dx, dz]) => blocks[at(x + dx, y, z + dz)] === 0)
    if (plants.cactus && alone && roll < plants.cactus) return stalk(blocks, x, y, z, 1 + Math.floor(roll / plants.cactus * 3), () => s.cactus)
    if (plants.others?.dead_bush && roll > 1 - plants.others.dead_bush) blocks[at(x, y, z)] = s.simple('dead_bush')
  }

  /** Sugar cane stands at sea level beside water, in clumps. */
  function cane (blocks, ground, x, y, z, wx, wz) {
    if (y !== SEA + 1) return false
    const h = (dx, dz) => ground.height[(z + 1 + dz) * 18 + x + 1 + dx]
    if (![[1, 0], [-1, 0], [0, 1], [0, -1]].some(([dx, dz]) => h(dx, dz) < SEA)) return false
    if (clumps.at2(wx / 9 + 400, wz / 9) < 0.2 || unit(seed, wx, wz, 36) > 0.5) return false
    stalk(blocks, x, y, z, 2 + Math.floor(unit(seed, wx, wz, 37) * 3), () => s.cane)
    return true
  }

  function patchOf (blocks, ground, salt, chance, name) {
    const random = Random.at(seed, ground.chunkX, ground.chunkZ, salt)
    if (random.float() >= chance) return
    const cx = 4 + random.int(8); const cz = 4 + random.int(8)
    for (let k = 0; k < 14; k++) {
      const x = cx + random.int(4) - random.int(4); const z = cz + random.int(4) - random.int(4)
      const y = ground.height[(z + 1) * 18 + x + 1] + 1
      const above = blocks[at(x, y, z)]
      if (blocks[at(x, y - 1, z)] === s.grass && flags[above] & FLAG.open && above !== s.upper) blocks[at(x, y, z)] = s.simple(name)
    }
  }

  function onLand (ground, blocks) {
    for (let z = 0; z < 16; z++) {
      for (let x = 0; x < 16; x++) {
        const i = (z + 1) * 18 + x + 1
        const height = ground.height[i]
        const biome = BIOMES[ground.biome[i]]
        const wx = ground.chunkX * 16 + x; const wz = ground.chunkZ * 16 + z
        if (height < SEA) { under(blocks, ground, x, z, wx, wz, height, biome); continue }
        const y = height + 1
        const above = blocks[at(x, y, z)]
        if (above !== 0 && above !== s.snow) continue
        const below = blocks[at(x, height, z)]
        const sandy = below === s.sand || below === s.redSand
        if ((sandy || flags[below] & FLAG.soil) && above === 0 && !biome.cold && cane(blocks, ground, x, y, z, wx, wz)) continue
        const plants = PLANTS[biome.name]
        if (!plants) continue
        if (sandy) onSand(blocks, x, y, z, wx, wz, plants)
        else if (flags[below] & FLAG.soil) onSoil(blocks, x, y, z, wx, wz, plants)
        if (above === s.snow && blocks[at(x, y, z)] !== s.snow && below === s.snowyGrass) blocks[at(x, height, z)] = s.grass
      }
    }
  }

  return {
    caveBiome: caves.biome,
    plant (ground, blocks) {
      onLand(ground, blocks)
      const middle = BIOMES[ground.biome[171]]
      patchOf(blocks, ground, 0x9a3b, PUMPKIN_CHUNKS, 'pumpkin')
      if (PLANTS[middle.name]?.melons) patchOf(blocks, ground, 0x3e10, MELON_CHUNKS, 'melon')
      if (['taiga', 'old_growth'].includes(middle.name)) boulder(ground, blocks)
      caves.grow(ground, blocks)
    }
  }

  /** Vanilla has mossy boulders in its giant taigas; here, now and then, in any taiga. */
  function boulder (ground, blocks) {
    const random = Random.at(seed, ground.chunkX, ground.chunkZ, 0xb01d)
    if (random.float() >= 1 / 12) return
    const cx = 4 + random.int(8); const cz = 4 + random.int(8)
    const y = ground.height[(cz + 1) * 18 + cx + 1]
    if (y < SEA || y > TOP - 10) return
    for (let dy = 0; dy <= 2; dy++) {
      for (let dz = -1; dz <= 1; dz++) {
        for (let dx = -1; dx <= 1; dx++) {
          const i = at(cx + dx, y + dy, cz + dz)
          if (Math.abs(dx) + Math.abs(dz) + (dy > 1 ? 1 : 0) <= 1 + random.int(2) && flags[blocks[i]] & (FLAG.open | FLAG.soil)) blocks[i] = s.simple('mossy_cobblestone')
        }
      }
    }
  }
}

function coverStates (state) {
  const known = new Map()
  const simple = name => {
    if (!known.has(name)) known.set(name, state(name))
    return known.get(name)
  }
  return {
    simple,
    grass: state('grass_block'),
    snowyGrass: state('grass_block', { snowy: true }),
    upper: state('tall_grass', { half: 'upper' }),
    snow: state('snow'),
    sand: state('sand'),
    redSand: state('red_sand'),
    cactus: state('cactus'),
    cane: state('sugar_cane'),
    berries: [2, 3].map(age => state('sweet_berry_bush', { age })),
    bamboo: Object.fromEntries(['none', 'small', 'large'].map(leaves => [leaves, state('bamboo', { leaves, age: 1 })]))
  }
}

function weighted (table, share) {
  const rows = Object.entries(table)
  let left = share * rows.reduce((sum, row) => sum + row[1], 0)
  for (const [name, weight] of rows) if ((left -= weight) < 0) return name
  return rows[0][0]
}

module.exports = { makeCover }
