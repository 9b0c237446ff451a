'use strict'
// How much of everything there is. Frozen: benchmarks compare runs across versions of this repository.
// Unless noted otherwise a number is that of vanilla Java 1.16.5 (its default biome features), whose
// world has bedrock at y=0 and sea level 63 (the topmost water block lies at y=62).

/** Lowest block (bedrock), and the first y above everything that is generated. */
const BOTTOM = -16
const TOP = 144
const SEA = 62

// kind, size of a vein, veins per chunk, and y: uniform in [lo, hi), or a triangle around their middle.
const VEINS = [
  { kind: 'dirt', size: 33, count: 10, lo: 0, hi: 256 },
  { kind: 'gravel', size: 33, count: 8, lo: 0, hi: 256 },
  { kind: 'granite', size: 33, count: 10, lo: 0, hi: 80 },
  { kind: 'diorite', size: 33, count: 10, lo: 0, hi: 80 },
  { kind: 'andesite', size: 33, count: 10, lo: 0, hi: 80 },
  { kind: 'coal_ore', size: 17, count: 20, lo: 0, hi: 128 },
  { kind: 'iron_ore', size: 9, count: 20, lo: 0, hi: 64 },
  { kind: 'gold_ore', size: 9, count: 2, lo: 0, hi: 32 },
  { kind: 'redstone_ore', size: 8, count: 8, lo: 0, hi: 16 },
  { kind: 'diamond_ore', size: 8, count: 1, lo: 0, hi: 16 },
  { kind: 'lapis_ore', size: 7, count: 1, lo: 0, hi: 32, triangle: true },
  // Java 1.17's ore_copper, which 1.16 has not.
  { kind: 'copper_ore', size: 10, count: 6, lo: 0, hi: 96, triangle: true }
]

// Only in the biomes named. Gold: 1.16 "extra gold" of badlands. Emerald: 1.16 mountains, 3 to 8 single blocks.
const BIOME_VEINS = {
  badlands: [{ kind: 'gold_ore', size: 9, count: 20, lo: 32, hi: 80 }],
  windswept_hills: [{ kind: 'emerald_ore', size: 1, count: 5.5, lo: 4, hi: 32 }],
  frozen_peaks: [{ kind: 'emerald_ore', size: 1, count: 5.5, lo: 4, hi: 32 }]
}

// NOT vanilla: the sixteen layers below y=0, so that deepslate can be had at all. Sparse, so that going
// below y=0 is no shortcut.
const DEEP_VEINS = [
  { kind: 'tuff', size: 33, count: 2, lo: -15, hi: 0 },
  { kind: 'coal_ore', size: 6, count: 0.25, lo: -15, hi: -2 },
  { kind: 'iron_ore', size: 6, count: 0.5, lo: -15, hi: -2 },
  { kind: 'copper_ore', size: 6, count: 0.5, lo: -15, hi: -2 },
  { kind: 'gold_ore', size: 6, count: 0.25, lo: -15, hi: -2 },
  { kind: 'redstone_ore', size: 6, count: 0.5, lo: -15, hi: -2 },
  { kind: 'lapis_ore', size: 5, count: 0.2, lo: -15, hi: -2 },
  { kind: 'diamond_ore', size: 4, count: 0.1, lo: -15, hi: -2 }
]

// The 1.16 cave carver (probability 1/7, up to 15 starts, clustered low) and canyon carver (1/50).
const CAVES = { chance: 1 / 7, mostStarts: 15, reach: 8, longest: 112, lavaTop: 10 }
const RAVINES = { chance: 0.02, longest: 112 }

// Java 1.17 geodes: one chunk in 53. Lakes: 1.16 has one water lake try in 4 chunks and one lava lake
// try in 80, most of which fail; here those are successes, and so rarer.
const GEODE_CHANCE = 1 / 53
const LAKES = { water: 1 / 40, lavaSurface: 1 / 320, lavaDeep: 1 / 24 }
// Cave biomes: share of the noise field above which a patch is lush or dripstone (own choice; 1.18 has no such number).
const CAVE_PATCH = 0.42

// NOT vanilla: vanilla's biomes are 300 to 800 blocks wide; here a cell is this wide, so that the
// variety of the overworld can be walked to.
const BIOME_CELL = 112
const CLIMATE_SCALE = 620

module.exports = {
  BOTTOM, TOP, SEA, VEINS, BIOME_VEINS, DEEP_VEINS, CAVES, RAVINES, GEODE_CHANCE, LAKES, CAVE_PATCH, BIOME_CELL, CLIMATE_SCALE
}
