'use strict'
// What grows on dry ground, by biome: chance per open column, and what it is, by weight.
//
// Rates are by eye after vanilla's patches (which are clumps of up to 64 tries); here a noise field makes
// the clumps: where it is low, nothing but grass grows.

const MEADOW = { dandelion: 3, poppy: 2, azure_bluet: 3, oxeye_daisy: 3, cornflower: 3, allium: 2 }
const FOREST = { dandelion: 4, poppy: 4, lily_of_the_valley: 2 }
const TALL = { lilac: 1, rose_bush: 1, peony: 1 }
const PLAINS = { dandelion: 4, poppy: 4, azure_bluet: 3, oxeye_daisy: 3, cornflower: 3, red_tulip: 1, orange_tulip: 1, white_tulip: 1, pink_tulip: 1 }

// grass, flowers, tall: chance per column. Single blocks in `others` with chances of their own.
const PLANTS = {
  plains: { grass: 0.22, grasses: { short_grass: 9, tall_grass: 1 }, flower: 0.05, flowers: PLAINS },
  sunflower_plains: { grass: 0.22, grasses: { short_grass: 9, tall_grass: 1 }, flower: 0.05, flowers: PLAINS, tall: 0.04, talls: { sunflower: 1 } },
  meadow: { grass: 0.25, grasses: { short_grass: 4, tall_grass: 1 }, flower: 0.14, flowers: MEADOW },
  forest: { grass: 0.08, grasses: { short_grass: 1 }, flower: 0.03, flowers: FOREST, tall: 0.008, talls: TALL },
  flower_forest: { grass: 0.08, grasses: { short_grass: 1 }, flower: 0.25, flowers: { ...PLAINS, ...FOREST, allium: 4 }, tall: 0.02, talls: TALL },
  birch_forest: { grass: 0.08, grasses: { short_grass: 1 }, flower: 0.03, flowers: FOREST, tall: 0.008, talls: TALL },
  dark_forest: { grass: 0.08, grasses: { short_grass: 1 }, flower: 0.02, flowers: FOREST, tall: 0.006, talls: TALL, others: { brown_mushroom: 0.006, red_mushroom: 0.004 } },
  cherry_grove: { grass: 0.1, grasses: { short_grass: 4, tall_grass: 1 }, flower: 0.12, flowers: { pink_petals: 1 } },
  taiga: { grass: 0.14, grasses: { fern: 5, short_grass: 2, large_fern: 1 }, flower: 0.006, flowers: { dandelion: 1, poppy: 1 }, berries: 0.08, others: { brown_mushroom: 0.003, red_mushroom: 0.001 } },
  snowy_taiga: { grass: 0.05, grasses: { fern: 4, large_fern: 1 }, flower: 0, berries: 0.03 },
  snowy_plains: { grass: 0.02, grasses: { short_grass: 1 }, flower: 0.002, flowers: { dandelion: 1, poppy: 1 } },
  windswept_hills: { grass: 0.06, grasses: { short_grass: 1 }, flower: 0.004, flowers: { dandelion: 1, poppy: 1 } },
  swamp: { grass: 0.12, grasses: { short_grass: 1 }, flower: 0.02, flowers: { blue_orchid: 1 }, others: { brown_mushroom: 0.006, red_mushroom: 0.003, dead_bush: 0.002 } },
  mangrove_swamp: { grass: 0.04, grasses: { short_grass: 1 }, flower: 0 },
  jungle: { grass: 0.3, grasses: { short_grass: 6, fern: 2, tall_grass: 1 }, flower: 0.008, flowers: { dandelion: 1, poppy: 1 }, melons: true, bamboo: 0.006 },
  bamboo_jungle: { grass: 0.15, grasses: { short_grass: 3, fern: 1 }, flower: 0.006, flowers: { dandelion: 1, poppy: 1 }, melons: true, bamboo: 0.12 },
  savanna: { grass: 0.4, grasses: { short_grass: 5, tall_grass: 2 }, flower: 0.004, flowers: { dandelion: 1, poppy: 1 } },
  desert: { grass: 0, flower: 0, others: { dead_bush: 0.008 }, cactus: 0.012 },
  badlands: { grass: 0, flower: 0, others: { dead_bush: 0.02 }, cactus: 0.006 }
}
// 1.16: pumpkins in one chunk of 32.
const PUMPKIN_CHUNKS = 1 / 32
const MELON_CHUNKS = 1 / 6

module.exports = { PLANTS, PUMPKIN_CHUNKS, MELON_CHUNKS }
