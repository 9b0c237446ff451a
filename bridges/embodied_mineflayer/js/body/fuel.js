/** How long a fuel burns [ticks, 20 a second]; an item takes 200. From the game's own rules; 0 = does not burn. */
const EXACT = {
  lava_bucket: 20000, coal_block: 16000, dried_kelp_block: 4001, blaze_rod: 2400, coal: 1600, charcoal: 1600,
  bamboo_mosaic: 300, bamboo_mosaic_stairs: 300, bamboo_mosaic_slab: 150, bamboo_block: 300, stripped_bamboo_block: 300,
  bookshelf: 300, chiseled_bookshelf: 300, lectern: 300, note_block: 300, jukebox: 300, crafting_table: 300, chest: 300,
  trapped_chest: 300, cartography_table: 300, fletching_table: 300, smithing_table: 300, loom: 300, barrel: 300,
  composter: 300, daylight_detector: 300, ladder: 300, bow: 300, crossbow: 300, fishing_rod: 300, mangrove_roots: 300,
  stick: 100, bowl: 100, dead_bush: 100, azalea: 100, flowering_azalea: 100, bamboo: 50, scaffolding: 50
}
const WOODS = 'oak|spruce|birch|jungle|acacia|dark_oak|mangrove|cherry|bamboo'
const PATTERNS = [
  [new RegExp(`^(stripped_)?(${WOODS})_(log|wood)$`), 300],
  [new RegExp(`^(${WOODS})_(planks|stairs|fence|fence_gate|trapdoor|pressure_plate)$`), 300],
  [new RegExp(`^(${WOODS})_slab$`), 150],
  [new RegExp(`^(${WOODS})_(door|sign)$`), 200],
  [new RegExp(`^(${WOODS})_hanging_sign$`), 800],
  [new RegExp(`^(${WOODS})_button$`), 100],
  [new RegExp(`^(${WOODS})_(chest_)?(boat|raft)$`), 1200],
  [/_banner$/, 300], [/^wooden_/, 200], [/_sapling$|^mangrove_propagule$/, 100], [/_wool$/, 100], [/_carpet$/, 67]
]

export function burnTicks (name) {
  if (name in EXACT) return EXACT[name]
  return PATTERNS.find(([pattern]) => pattern.test(name))?.[1] ?? 0
}

/** The smallest number of a fuel that smelts `count` items. */
export const fuelFor = (name, count) => Math.ceil(count * 200 / burnTicks(name))
