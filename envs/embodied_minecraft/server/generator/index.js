'use strict'
// The overworld generator: module({registry, seed}) gives generate(chunkX, chunkZ) -> prismarine chunk, a pure
// function of the seed. generate.spawn: feet position; biomeAt(x, z): name; surfaceAt(x, z): y of the ground
// before caves are cut. README.md says what is vanilla and what is not.
const { seedFrom } = require('./random')
const { BIOMES } = require('./biomes')
const { makeTerrain } = require('./terrain')
const { makePalette } = require('./palette')
const { makeGround } = require('./ground')
const { makeFeatures } = require('./features')
const { makeEncoder } = require('./column')
const { makeCover } = require('./cover')
const { wormsOf } = require('./carver')
const { apply } = require('./writes')
const { findSpawn } = require('./spawn')
const { CAVES } = require('./density')

const key = (x, z) => (x + 2097152) * 4194304 + (z + 2097152)

/** Keeps the newest results of a function of a chunk. */
function remembered (limit, make) {
  const kept = new Map()
  return (x, z) => {
    const k = key(x, z)
    let value = kept.get(k)
    if (value === undefined) {
      value = make(x, z)
      if (kept.size >= limit) kept.delete(kept.keys().next().value)
      kept.set(k, value)
    }
    return value
  }
}

/** The ellipsoids of worms that start in a chunk, by the chunk they reach. */
function wormsByChunk (seed, chunkX, chunkZ) {
  const parts = wormsOf(seed, chunkX, chunkZ)
  if (parts.length === 0) return null
  const reached = new Map()
  for (const part of parts) {
    const [x, , z, r] = part
    for (let i = Math.floor((x - r - 1) / 16); i <= Math.floor((x + r + 1) / 16); i++) {
      for (let j = Math.floor((z - r - 1) / 16); j <= Math.floor((z + r + 1) / 16); j++) {
        const k = key(i, j)
        if (reached.has(k)) reached.get(k).push(part)
        else reached.set(k, [part])
      }
    }
  }
  return reached
}

module.exports = function generator ({ registry, seed = 0 }) {
  const number = seedFrom(seed)
  const palette = makePalette(registry)
  const column = makeTerrain(number)
  const worms = remembered(8192, (x, z) => wormsByChunk(number, x, z))

  function wormsAround (chunkX, chunkZ, each) {
    const k = key(chunkX, chunkZ)
    for (let z = chunkZ - CAVES.reach; z <= chunkZ + CAVES.reach; z++) {
      for (let x = chunkX - CAVES.reach; x <= chunkX + CAVES.reach; x++) worms(x, z)?.get(k)?.forEach(each)
    }
  }

  const groundOf = remembered(450, makeGround(number, column, palette, wormsAround))
  const features = makeFeatures(number, palette)
  const featuresOf = remembered(450, (x, z) => features.of(groundOf(x, z)))
  const cover = makeCover(number, palette)
  const encode = makeEncoder(registry, palette)
  const biomeIds = BIOMES.map(b => registry.biomesByName[b.name].id)
  const caveIds = { lush_caves: registry.biomesByName.lush_caves.id, dripstone_caves: registry.biomesByName.dripstone_caves.id }

  function around (chunkX, chunkZ, phase, blocks) {
    for (let dz = -1; dz <= 1; dz++) {
      for (let dx = -1; dx <= 1; dx++) {
        apply(featuresOf(chunkX + dx, chunkZ + dz)[phase], -dx, -dz, blocks, palette, features.kinds)
      }
    }
  }

  function blocksOf (chunkX, chunkZ) {
    const ground = groundOf(chunkX, chunkZ)
    const blocks = ground.blocks.slice()
    around(chunkX, chunkZ, 'stone', blocks)
    around(chunkX, chunkZ, 'wood', blocks)
    cover.plant(ground, blocks)
    return { ground, blocks }
  }

  function generate (chunkX, chunkZ) {
    const { ground, blocks } = blocksOf(chunkX, chunkZ)
    const surface = Array.from({ length: 16 }, (_, i) => biomeIds[ground.biome[((i >> 2) * 4 + 3) * 18 + (i & 3) * 4 + 3]])
    const cave = surface.map((id, i) => caveIds[cover.caveBiome(chunkX * 16 + (i & 3) * 4 + 2, chunkZ * 16 + (i >> 2) * 4 + 2)] ?? id)
    return encode(blocks, surface, cave)
  }

  const out = { height: 0, biome: null }
  const columnAt = (x, z) => { column(Math.floor(x), Math.floor(z), out); return out }
  generate.biomeAt = (x, z) => columnAt(x, z).biome.name
  generate.surfaceAt = (x, z) => columnAt(x, z).height
  generate.blocksOf = (x, z) => blocksOf(x, z).blocks
  let spawn = null
  Object.defineProperty(generate, 'spawn', {
    enumerable: true,
    get: () => (spawn ??= findSpawn({ generate, treesOf: (x, z) => featuresOf(x, z).trees, palette }))
  })
  return generate
}
