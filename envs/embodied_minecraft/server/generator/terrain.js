'use strict'
// The land before anything is dug or grown: height of the ground and biome of every column.
const { Noise } = require('./noise')
const { unit } = require('./random')
const { BIOMES, byName, choose } = require('./biomes')
const { SEA, TOP, BIOME_CELL, CLIMATE_SCALE } = require('./density')

const smooth = (lo, hi, v) => { const t = Math.min(1, Math.max(0, (v - lo) / (hi - lo))); return t * t * (3 - 2 * t) }
const BLEND = 34 // blocks over which two biomes' heights run into one another

/** column(x, z, out): fills out.height (y of the topmost ground block) and out.biome. */
function makeTerrain (seed) {
  const hills = new Noise(seed, 1); const bumps = new Noise(seed, 2); const river = new Noise(seed, 3)
  const basin = new Noise(seed, 4); const heat = new Noise(seed, 5); const rain = new Noise(seed, 6)
  const warpX = new Noise(seed, 7); const warpZ = new Noise(seed, 8)
  const cells = new Map()

  function cellAt (i, j) {
    const key = i * 1048576 + j
    let cell = cells.get(key)
    if (!cell) {
      const x = (i + 0.5 + (unit(seed, i, j, 11) - 0.5) * 0.7) * BIOME_CELL
      const z = (j + 0.5 + (unit(seed, i, j, 12) - 0.5) * 0.7) * BIOME_CELL
      const t = heat.octaves2(x / CLIMATE_SCALE, z / CLIMATE_SCALE, 2) + (unit(seed, i, j, 13) - 0.5) * 0.12
      const wet = rain.octaves2(x / CLIMATE_SCALE, z / CLIMATE_SCALE, 2) + (unit(seed, i, j, 15) - 0.5) * 0.2
      const climate = t < -0.22 ? 'cold' : t < -0.04 ? 'cool' : t < 0.17 ? 'mild' : wet > 0 ? 'wet' : 'dry'
      cell = { x, z, climate, biome: choose(climate, unit(seed, i, j, 14)) }
      if (cells.size > 20000) cells.clear()
      cells.set(key, cell)
    }
    return cell
  }

  const near = new Array(9); const distance = new Float64Array(9)
  const blend = { base: 0, swing: 0, cell: null }
  function land (x, z) {
    const wx = x + warpX.octaves2(x / 48, z / 48, 2) * 22
    const wz = z + warpZ.octaves2(x / 48, z / 48, 2) * 22
    const i = Math.floor(wx / BIOME_CELL); const j = Math.floor(wz / BIOME_CELL)
    let nearest = Infinity
    for (let k = 0; k < 9; k++) {
      const cell = near[k] = cellAt(i + (k % 3) - 1, j + Math.floor(k / 3) - 1)
      const d = distance[k] = Math.sqrt((wx - cell.x) ** 2 + (wz - cell.z) ** 2)
      if (d < nearest) { nearest = d; blend.cell = cell }
    }
    let base = 0; let swing = 0; let total = 0
    for (let k = 0; k < 9; k++) {
      const w = 1 - (distance[k] - nearest) / BLEND
      if (w <= 0) continue
      total += w * w
      base += near[k].biome.base * w * w
      swing += near[k].biome.swing * w * w
    }
    blend.base = base / total
    blend.swing = swing / total
    return blend
  }

  return function column (x, z, out) {
    const { base, swing, cell } = land(x, z)
    let h = base + swing * hills.octaves2(x / 150, z / 150, 4) * 1.5 + bumps.octaves2(x / 28, z / 28, 2) * 1.6
    const channel = Math.abs(river.octaves2(x / 300, z / 300, 2))
    const bank = smooth(0.007, 0.05, channel)
    if (h > 58) h = 58 + (h - 58) * bank
    const depth = smooth(0.26, 0.5, -basin.octaves2(x / 380, z / 380, 3))
    if (depth > 0) h = h + (42 + bumps.at2(x / 20, z / 20) * 3 - h) * depth
    out.height = Math.max(30, Math.min(TOP - 24, Math.floor(h)))
    out.biome = biomeOf(cell, out.height, bank, depth)
  }
}

function biomeOf ({ biome, climate }, height, bank, depth) {
  const marsh = biome.name === 'swamp' || biome.name === 'mangrove_swamp'
  if (depth > 0.12 && height < SEA) {
    return climate === 'cold' ? byName.frozen_ocean : climate === 'wet' || climate === 'dry' ? byName.warm_ocean : byName.ocean
  }
  if (height < SEA && bank < 0.8 && !marsh) return biome.cold ? byName.frozen_river : byName.river
  if (depth > 0.02 && height >= SEA - 1 && height <= SEA + 1 && !marsh) return biome.cold ? byName.snowy_beach : byName.beach
  return biome
}

module.exports = { makeTerrain, BIOMES }
