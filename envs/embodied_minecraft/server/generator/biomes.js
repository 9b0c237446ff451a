'use strict'
// The biomes: where they come (climate and weight), the shape of their land, their ground and their trees.
//
// climate: which cells may become it; weight: how often among those. base, swing: mean height and how far
// hills leave it [blocks]. trees: mean per chunk, vanilla 1.16's count unless a comment says otherwise;
// kinds: what grows, by weight.

const GRASS = { top: 'grass_block', filler: 'dirt' }
const SNOWY = { top: 'snowy_grass', filler: 'dirt', cold: true }
const SAND = { top: 'sand', filler: 'sand', below: 'sandstone' }

const LAND = [
  { name: 'snowy_plains', climate: ['cold'], weight: 3, base: 67, swing: 8, ...SNOWY, trees: 0.1, kinds: { spruce: 1 } },
  { name: 'snowy_taiga', climate: ['cold'], weight: 2, base: 69, swing: 10, ...SNOWY, trees: 10, kinds: { spruce: 2, pine: 1 } },
  { name: 'frozen_peaks', climate: ['cold'], weight: 1, base: 92, swing: 24, top: 'snow_block', filler: 'packed_ice', cold: true, trees: 0, kinds: {} },
  { name: 'taiga', climate: ['cold', 'cool', 'cool'], weight: 2, base: 69, swing: 10, ...GRASS, trees: 10, kinds: { spruce: 2, pine: 1 } },
  { name: 'windswept_hills', climate: ['cool'], weight: 1.5, base: 84, swing: 30, ...GRASS, trees: 0.5, kinds: { spruce: 2, oak: 1 } },
  { name: 'meadow', climate: ['cool', 'mild'], weight: 1, base: 80, swing: 10, ...GRASS, trees: 0.05, kinds: { oak_bees: 1, birch: 1 } },
  { name: 'forest', climate: ['cool', 'mild', 'mild'], weight: 2.5, base: 69, swing: 12, ...GRASS, trees: 10, kinds: { oak: 8, birch: 2 } },
  { name: 'birch_forest', climate: ['cool', 'mild'], weight: 1.5, base: 69, swing: 10, ...GRASS, trees: 10, kinds: { birch: 1 } },
  { name: 'plains', climate: ['cool', 'mild', 'mild'], weight: 2.5, base: 66, swing: 6, ...GRASS, trees: 0.05, kinds: { oak: 2, oak_bees: 0.1 } },
  { name: 'sunflower_plains', climate: ['mild'], weight: 0.6, base: 66, swing: 6, ...GRASS, trees: 0.05, kinds: { oak: 1 } },
  { name: 'flower_forest', climate: ['mild'], weight: 0.7, base: 69, swing: 10, ...GRASS, trees: 6, kinds: { oak: 2, birch: 2, oak_bees: 0.1 } },
  { name: 'dark_forest', climate: ['mild'], weight: 1.2, base: 68, swing: 8, ...GRASS, trees: 16, kinds: { dark_oak: 13, oak: 4, birch: 1, huge_brown_mushroom: 0.5, huge_red_mushroom: 0.7 } },
  { name: 'cherry_grove', climate: ['mild'], weight: 1, base: 78, swing: 12, ...GRASS, trees: 10, kinds: { cherry: 1 } },
  { name: 'swamp', climate: ['mild', 'wet'], weight: 1, base: 62.6, swing: 3, ...GRASS, trees: 2.1, kinds: { swamp_oak: 1 } },
  // Vanilla tries 25 a chunk, of trees twice as large.
  { name: 'mangrove_swamp', climate: ['wet'], weight: 1, base: 62.4, swing: 3, top: 'mud', filler: 'mud', trees: 8, kinds: { mangrove: 1 } },
  // Vanilla tries 50 a chunk; thinned, so that a path finder gets through.
  { name: 'jungle', climate: ['wet'], weight: 2, base: 69, swing: 12, ...GRASS, trees: 12, kinds: { jungle: 4, jungle_bush: 4, oak: 1, mega_jungle: 0.6 } },
  { name: 'bamboo_jungle', climate: ['wet'], weight: 0.6, base: 68, swing: 8, ...GRASS, trees: 6, kinds: { jungle: 3, jungle_bush: 2 } },
  { name: 'savanna', climate: ['dry', 'wet'], weight: 1.6, base: 68, swing: 6, ...GRASS, trees: 1.1, kinds: { acacia: 4, oak: 1 } },
  { name: 'desert', climate: ['dry'], weight: 1.6, base: 67, swing: 8, ...SAND, trees: 0, kinds: {} },
  { name: 'badlands', climate: ['dry'], weight: 1.4, base: 76, swing: 20, top: 'red_sand', filler: 'terracotta', trees: 0, kinds: {} }
]

const SEA_FLOOR = { top: 'sea_floor', filler: 'sea_floor', trees: 0, kinds: {}, water: true }
const WATER = [
  { name: 'river', ...SEA_FLOOR },
  { name: 'frozen_river', ...SEA_FLOOR, cold: true },
  { name: 'ocean', ...SEA_FLOOR },
  { name: 'warm_ocean', ...SEA_FLOOR },
  { name: 'frozen_ocean', ...SEA_FLOOR, cold: true },
  { name: 'beach', ...SAND, trees: 0, kinds: {} },
  { name: 'snowy_beach', ...SAND, cold: true, trees: 0, kinds: {} }
]

const BIOMES = [...LAND, ...WATER]
BIOMES.forEach((biome, index) => { biome.index = index })
const byName = Object.fromEntries(BIOMES.map(b => [b.name, b]))

/** Biomes of a climate, as [biome, cumulative weight] pairs in a fixed order. */
function choicesOf (climate) {
  let sum = 0
  const rows = []
  for (const biome of LAND) {
    const times = biome.climate.filter(c => c === climate).length
    if (times) rows.push([biome, sum += biome.weight * times])
  }
  return rows
}
const CHOICES = Object.fromEntries(['cold', 'cool', 'mild', 'wet', 'dry'].map(c => [c, choicesOf(c)]))

function choose (climate, share) {
  const rows = CHOICES[climate]
  const at = share * rows[rows.length - 1][1]
  return rows.find(row => at < row[1])[0]
}

module.exports = { BIOMES, byName, choose }
