'use strict'
// The block states that the generator writes, looked up once.
const { stateReader } = require('./states')

const ORES = ['coal', 'iron', 'gold', 'redstone', 'diamond', 'lapis', 'copper', 'emerald']
const NATURAL_STONE = ['stone', 'granite', 'diorite', 'andesite']
const REPLACED_BY_TREES = ['air', 'cave_air', 'short_grass', 'fern', 'snow', 'vine', 'tall_grass', 'large_fern']

function makePalette (registry) {
  const state = stateReader(registry)
  const size = registry.blocksArray.reduce((high, b) => Math.max(high, b.maxStateId), 0) + 1
  const flags = new Uint8Array(size)
  const mark = (names, flag) => {
    for (const name of names) {
      const b = registry.blocksByName[name]
      for (let s = b.minStateId; s <= b.maxStateId; s++) flags[s] |= flag
    }
  }
  const leaves = registry.blocksArray.filter(b => b.name.endsWith('_leaves')).map(b => b.name)
  mark(NATURAL_STONE, FLAG.stone)
  mark(['deepslate', 'tuff'], FLAG.deep)
  mark(REPLACED_BY_TREES, FLAG.open)
  mark(leaves, FLAG.leaf)
  mark(['grass_block', 'dirt', 'podzol', 'coarse_dirt', 'mud', 'moss_block', 'rooted_dirt'], FLAG.soil)
  mark(['water', 'lava'], FLAG.fluid)
  // What worms cut through: 1.16's carvable blocks.
  mark([...NATURAL_STONE, 'deepslate', 'tuff', 'dirt', 'grass_block', 'podzol', 'terracotta', 'red_sand', 'sand',
    'sandstone', 'red_sandstone', 'gravel', 'snow_block', 'snow', 'packed_ice', 'mud', 'clay',
    'orange_terracotta', 'yellow_terracotta', 'white_terracotta', 'light_gray_terracotta', 'red_terracotta', 'brown_terracotta'], FLAG.carvable)
  for (const b of registry.blocksArray) {
    if (b.boundingBox === 'block' && !b.transparent && !leaves.includes(b.name)) mark([b.name], FLAG.solid)
  }
  const oreStates = Object.fromEntries(ORES.map(o => [`${o}_ore`, [state(`${o}_ore`), state(`deepslate_${o}_ore`)]]))
  return { state, flags, size, oreStates }
}

const FLAG = { stone: 1, deep: 2, open: 4, leaf: 8, soil: 16, fluid: 32, carvable: 64, solid: 128 }

module.exports = { makePalette, FLAG }
