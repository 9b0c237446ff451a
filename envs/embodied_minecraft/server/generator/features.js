'use strict'
// What starts in one chunk and may reach into its neighbours: veins, geodes and trees.
const { VEINS, BIOME_VEINS, DEEP_VEINS, SEA, GEODE_CHANCE } = require('./density')
const { Random, unit } = require('./random')
const { BIOMES } = require('./biomes')
const { veinsOf } = require('./veins')
const { makeTrees } = require('./trees')
const { makeGeodes } = require('./geodes')
const { Writes, RULE } = require('./writes')
const { at } = require('./ground')
const { FLAG } = require('./palette')

const WIDE = new Set(['dark_oak', 'mega_jungle'])

function makeFeatures (seed, palette) {
  const { state, flags, oreStates } = palette
  const grow = makeTrees(state)
  const geode = makeGeodes(state)
  // For each kind of vein: its state in stone and in deepslate.
  const names = [...new Set([...VEINS, ...DEEP_VEINS, ...Object.values(BIOME_VEINS).flat()].map(v => v.kind))]
  const kinds = names.map(name => oreStates[name] ?? (name === 'tuff' ? [0, state('tuff')] : [state(name), 0]))
  const number = Object.fromEntries(names.map((name, i) => [name, i]))

  function ores (ground, writes) {
    const put = (x, y, z, kind) => writes.put(x, y, z, number[kind], RULE.stone)
    const { chunkX, chunkZ } = ground
    // Vanilla's bedrock fills y=0 and thins out up to y=4. Here that is stone, and holds no more ore than there.
    const aboveBedrock = (x, y, z, kind) => { if (y > 4 || unit(seed, x, z, 0xbed0 + y) * 5 < y) put(x, y, z, kind) }
    veinsOf(seed, chunkX, chunkZ, VEINS, 0x0e00, aboveBedrock)
    veinsOf(seed, chunkX, chunkZ, DEEP_VEINS, 0x0e80, put)
    const here = BIOMES[ground.biome[9 * 18 + 9]].name
    if (BIOME_VEINS[here]) veinsOf(seed, chunkX, chunkZ, BIOME_VEINS[here], 0x0ec0, put)
    const random = Random.at(seed, chunkX, chunkZ, 0x6e0d)
    if (random.float() < GEODE_CHANCE) {
      geode(random, writes, chunkX * 16 + random.int(16), 6 + random.int(25), chunkZ * 16 + random.int(16))
    }
  }

  /** Ground of a column that a tree may stand on, or null. */
  function footing (ground, x, z, biome) {
    const height = ground.height[(z + 1) * 18 + x + 1]
    const marsh = biome.name === 'mangrove_swamp' || biome.name === 'swamp'
    if (height < SEA - (marsh ? 2 : 0)) return null
    const below = ground.blocks[at(x, height, z)]
    const above = ground.blocks[at(x, height + 1, z)]
    const soil = flags[below] & FLAG.soil || (marsh && height < SEA)
    const free = flags[above] & FLAG.open || (marsh && flags[above] & FLAG.fluid)
    return soil && free ? height : null
  }

  function trees (ground, writes) {
    const { chunkX, chunkZ } = ground
    const random = Random.at(seed, chunkX, chunkZ, 0x74ee)
    const middle = BIOMES[ground.biome[9 * 18 + 9]]
    const placed = []
    for (let n = random.count(middle.trees); n > 0; n--) {
      const x = random.int(16); const z = random.int(16)
      const biome = BIOMES[ground.biome[(z + 1) * 18 + x + 1]]
      const kind = weighted(biome.kinds, random.float())
      const seedOfTree = random.int(0x7fffffff)
      if (!kind) continue
      const gap = WIDE.has(kind) ? 2 : 1
      if (placed.some(p => Math.abs(p.x - x) <= gap && Math.abs(p.z - z) <= gap)) continue
      const height = footing(ground, x, z, biome)
      if (height === null) continue
      if (WIDE.has(kind) && (x > 14 || z > 14 || [[1, 0], [0, 1], [1, 1]].some(([dx, dz]) => footing(ground, x + dx, z + dz, biome) !== height))) continue
      placed.push({ x, z, kind })
      grow(kind, new Random(seedOfTree), writes, chunkX * 16 + x, height + 1, chunkZ * 16 + z)
    }
    return placed
  }

  return {
    kinds,
    of (ground) {
      const stone = new Writes(ground.chunkX, ground.chunkZ); const wood = new Writes(ground.chunkX, ground.chunkZ)
      ores(ground, stone)
      return { stone, wood, trees: trees(ground, wood) }
    }
  }
}

function weighted (table, share) {
  const rows = Object.entries(table)
  let left = share * rows.reduce((sum, row) => sum + row[1], 0)
  for (const [name, weight] of rows) if ((left -= weight) < 0) return name
  return null
}

module.exports = { makeFeatures }
