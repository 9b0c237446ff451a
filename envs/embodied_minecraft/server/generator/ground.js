'use strict'
// A chunk of bare ground: stone, soil and water by the terrain, then caves, ravines and lakes cut into it.
const { BOTTOM, TOP, SEA, CAVES, LAKES } = require('./density')
const { Random, hash } = require('./random')
const { Noise } = require('./noise')
const { BIOMES } = require('./biomes')
const { eachInside } = require('./carver')
const { FLAG } = require('./palette')

const VOLUME = (TOP - BOTTOM) * 256
const at = (x, y, z) => ((y - BOTTOM) << 8) | (z << 4) | x

function makeGround (seed, column, palette, wormsAround) {
  const { state, flags } = palette
  const s = groundStates(state)
  const bands = badlandsBands(seed, state)
  const patches = new Noise(seed, 21)

  /** height and biome of the 18 by 18 columns from (-1, -1) to (16, 16) of a chunk. */
  function profile (chunkX, chunkZ) {
    const height = new Int16Array(324); const biome = new Uint8Array(324)
    const out = { height: 0, biome: null }
    for (let z = -1; z <= 16; z++) {
      for (let x = -1; x <= 16; x++) {
        column(chunkX * 16 + x, chunkZ * 16 + z, out)
        const i = (z + 1) * 18 + x + 1
        height[i] = out.height
        biome[i] = out.biome.index
      }
    }
    return { height, biome }
  }

  function fillColumn (blocks, x, z, wx, wz, height, biome) {
    const set = (y, id) => { blocks[at(x, y, z)] = id }
    const thick = 3 + (hash(seed, wx, wz, 22) & 1)
    set(BOTTOM, s.bedrock)
    for (let y = BOTTOM + 1; y < 0; y++) set(y, s.deepslate)
    for (let y = 0; y <= height - thick; y++) set(y, s.stone)
    const dry = height >= SEA
    const floor = dry ? null : seaFloor(wx, wz, height, biome)
    for (let y = height - thick + 1; y < height; y++) set(y, floor ?? filler(biome, y))
    set(height, floor ?? top(biome, height, wx, wz))
    if (dry && biome.below) for (let k = 0; k < 4; k++) set(height - thick - k, s[biome.below])
    if (dry && biome.filler === 'terracotta') for (let k = 0; k < 14; k++) set(height - thick - k, bands[(height - thick - k) & 63])
    for (let y = height + 1; y <= SEA; y++) set(y, s.water)
    if (!dry && biome.cold) set(SEA, biome.name === 'frozen_ocean' && patches.at2(wx / 25, wz / 25) > 0.45 ? s.packed_ice : s.ice)
    if (dry && biome.cold && biome.top !== 'snow_block') set(height + 1, s.snow)
  }

  const filler = (biome, y) => biome.filler === 'terracotta' ? bands[y & 63] : s[biome.filler]

  function top (biome, height, wx, wz) {
    if (biome.name === 'windswept_hills' && patches.at2(wx / 30, wz / 30) > 0.35) return height > 84 ? s.stone : s.gravel
    if (biome.name === 'frozen_peaks') return patches.at2(wx / 18, wz / 18) > 0.3 ? (patches.at2(wx / 9, wz / 9) > 0.55 ? s.blue_ice : s.packed_ice) : s.snow_block
    if (biome.name === 'badlands' && height > 72) return patches.at2(wx / 20, wz / 20) > 0 ? bands[height & 63] : s.red_sand
    if (biome.name === 'savanna' && patches.at2(wx / 16, wz / 16) > 0.5) return s.coarse_dirt
    if ((biome.name === 'taiga' || biome.name === 'bamboo_jungle') && patches.at2(wx / 22, wz / 22) > 0.45) return s.podzol
    if (biome.name === 'mangrove_swamp' && patches.at2(wx / 20, wz / 20) > 0.25) return s.grass_block
    return s[biome.top]
  }

  function seaFloor (wx, wz, height, biome) {
    const n = patches.at2(wx / 14, wz / 14)
    if (biome.name === 'mangrove_swamp') return s.mud
    if (n > 0.42 && height > SEA - 8) return s.clay
    if (n < -0.35) return s.gravel
    if (height < SEA - 10 && biome.name !== 'warm_ocean') return n < 0.1 ? s.gravel : s.sand
    return n > 0.2 && !biome.water ? s.dirt : s.sand
  }

  /** Under water and at its banks caves stay shut, so that no lake stands over a hole. */
  function lids (height) {
    const lid = new Int16Array(256)
    for (let z = 0; z < 16; z++) {
      for (let x = 0; x < 16; x++) {
        let low = Infinity
        for (let dz = 0; dz < 3; dz++) for (let dx = 0; dx < 3; dx++) low = Math.min(low, height[(z + dz) * 18 + x + dx])
        lid[z * 16 + x] = low < SEA ? low - 4 : TOP - 1
      }
    }
    return lid
  }

  function carve (blocks, chunkX, chunkZ, height) {
    const lid = lids(height)
    wormsAround(chunkX, chunkZ, part => eachInside(part, chunkX, chunkZ, TOP - 2, (wx, y, wz) => {
      const x = wx & 15; const z = wz & 15
      if (y > lid[z * 16 + x]) return
      const i = at(x, y, z)
      if (!(flags[blocks[i]] & FLAG.carvable)) return
      const grassy = blocks[i] === s.grass_block
      blocks[i] = y <= CAVES.lavaTop ? s.lava : s.cave_air
      // Snow lies on what was dug away.
      if (blocks[i + 256] === s.snow) blocks[i + 256] = 0
      if (grassy && blocks[i - 256] === s.dirt) blocks[i - 256] = s.grass_block
    }))
  }

  function lake (blocks, random, y, fluid) {
    const cx = 5 + random.int(6); const cz = 5 + random.int(6)
    const rx = 2 + random.float() * 2.5; const rz = 2 + random.float() * 2.5
    for (let z = 0; z < 16; z++) {
      for (let x = 0; x < 16; x++) {
        for (let dy = -2; dy <= 2; dy++) {
          const d = ((x - cx) / rx) ** 2 + ((z - cz) / rz) ** 2 + (dy / 2.4) ** 2
          if (d >= 1) continue
          const i = at(x, y + dy, z)
          if (dy > 0) blocks[i] = 0
          else blocks[i] = fluid
        }
      }
    }
    if (fluid === s.lava) rim(blocks, y)
  }

  /** Lava is held in stone. */
  function rim (blocks, y) {
    for (let z = 1; z < 15; z++) {
      for (let x = 1; x < 15; x++) {
        for (let dy = -3; dy <= 0; dy++) {
          const i = at(x, y + dy, z)
          if (blocks[i] === s.lava) continue
          if ([1, -1, 16, -16, 256].some(step => blocks[i + step] === s.lava) && blocks[i] !== 0) blocks[i] = s.stone
        }
      }
    }
  }

  function lakes (blocks, chunkX, chunkZ, height, biome) {
    const random = Random.at(seed, chunkX, chunkZ, 0x1a4e)
    let low = Infinity; let high = -Infinity
    for (let i = 0; i < 324; i++) { low = Math.min(low, height[i]); high = Math.max(high, height[i]) }
    const arid = ['desert', 'badlands'].includes(BIOMES[biome[171]].name)
    const roll = random.float()
    if (low > SEA + 1 && high - low <= 3) {
      if (roll < LAKES.lavaSurface) lake(blocks, random, low, s.lava)
      else if (roll < LAKES.lavaSurface + LAKES.water && !arid) lake(blocks, random, low, s.water)
    }
    if (random.float() < LAKES.lavaDeep) lake(blocks, random, 14 + random.int(26), s.lava)
  }

  return function ground (chunkX, chunkZ) {
    const { height, biome } = profile(chunkX, chunkZ)
    const blocks = new Uint16Array(VOLUME)
    for (let z = 0; z < 16; z++) {
      for (let x = 0; x < 16; x++) {
        const i = (z + 1) * 18 + x + 1
        fillColumn(blocks, x, z, chunkX * 16 + x, chunkZ * 16 + z, height[i], BIOMES[biome[i]])
      }
    }
    carve(blocks, chunkX, chunkZ, height)
    lakes(blocks, chunkX, chunkZ, height, biome)
    return { chunkX, chunkZ, height, biome, blocks }
  }
}

function groundStates (state) {
  const names = ['bedrock', 'deepslate', 'stone', 'dirt', 'grass_block', 'sand', 'sandstone', 'red_sand', 'water', 'lava', 'ice',
    'packed_ice', 'blue_ice', 'gravel', 'clay', 'mud', 'snow_block', 'snow', 'coarse_dirt', 'podzol', 'cave_air']
  const s = Object.fromEntries(names.map(n => [n, state(n)]))
  s.snowy_grass = state('grass_block', { snowy: true })
  return s
}

function badlandsBands (seed, state) {
  const colours = ['terracotta', 'terracotta', 'terracotta', 'orange_terracotta', 'yellow_terracotta', 'brown_terracotta',
    'red_terracotta', 'white_terracotta', 'light_gray_terracotta'].map(n => state(n))
  const random = Random.at(seed, 0, 0, 0xbad1)
  const bands = []
  while (bands.length < 64) {
    const colour = random.pick(colours)
    for (let n = 1 + random.int(3); n > 0; n--) bands.push(colour)
  }
  return bands
}

module.exports = { makeGround, at, VOLUME }
