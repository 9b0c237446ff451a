'use strict'
// Plants of rivers, lakes, swamps and seas.
const { unit } = require('./random')
const { Noise } = require('./noise')
const { SEA } = require('./density')
const { at } = require('./ground')

const CORALS = ['tube', 'brain', 'bubble', 'fire', 'horn']

/** under(blocks, ground, x, z, worldX, worldZ, height of the floor, biome): grows one column under water. */
function makeUnderwater (seed, palette) {
  const { state } = palette
  const clumps = new Noise(seed, 41)
  const water = state('water', { level: 0 })
  const seagrass = state('seagrass'); const kelp = state('kelp'); const kelpPlant = state('kelp_plant')
  const tall = ['lower', 'upper'].map(half => state('tall_seagrass', { half }))
  const pickles = [1, 2, 3, 4].map(n => state('sea_pickle', { pickles: n, waterlogged: true }))
  const lily = state('lily_pad')
  const corals = CORALS.map(c => [state(`${c}_coral_block`), state(`${c}_coral`, { waterlogged: true }), state(`${c}_coral_fan`, { waterlogged: true })])

  function reef (blocks, x, z, floor, wx, wz, roll) {
    const kind = corals[Math.floor(unit(seed, Math.floor(wx / 4), Math.floor(wz / 4), 44) * 5)]
    let y = floor + 1
    if (roll < 0.55) blocks[at(x, y++, z)] = kind[0]
    if (roll < 0.2 && y < SEA - 1) blocks[at(x, y++, z)] = kind[0]
    if (y >= SEA || roll > 0.75) return
    blocks[at(x, y, z)] = roll * 100 % 1 < 0.35 ? kind[1] : roll * 100 % 1 < 0.65 ? kind[2] : roll * 100 % 1 < 0.75 ? pickles[Math.floor(roll * 1000 % 4)] : blocks[at(x, y, z)]
  }

  return function under (blocks, ground, x, z, wx, wz, floor, biome) {
    if (blocks[at(x, floor + 1, z)] !== water) return
    const depth = SEA - floor
    const roll = unit(seed, wx, wz, 42)
    const patch = clumps.at2(wx / 18, wz / 18)
    const marsh = biome.name === 'swamp' || biome.name === 'mangrove_swamp'
    if (biome.name === 'swamp' && roll > 0.93 && blocks[at(x, SEA, z)] === water && blocks[at(x, SEA + 1, z)] === 0) blocks[at(x, SEA + 1, z)] = lily
    if (biome.name === 'warm_ocean' && depth >= 5 && patch > 0.22) return reef(blocks, x, z, floor, wx, wz, roll)
    if (biome.name === 'warm_ocean' && roll > 0.99) { blocks[at(x, floor + 1, z)] = pickles[Math.floor(unit(seed, wx, wz, 43) * 4)]; return }
    if (biome.name === 'ocean' && depth >= 6 && patch > 0.1 && roll < 0.2) return kelpAt(blocks, x, z, floor, depth, wx, wz)
    if (biome.cold && biome.name !== 'frozen_river') return
    const share = marsh ? 0.2 : biome.name === 'river' ? 0.16 : 0.25
    if (roll < share * Math.max(0, patch + 0.3)) {
      if (depth >= 3 && roll * 1000 % 1 < 0.3) tall.forEach((part, k) => { blocks[at(x, floor + 1 + k, z)] = part })
      else blocks[at(x, floor + 1, z)] = seagrass
    }
  }

  function kelpAt (blocks, x, z, floor, depth, wx, wz) {
    const height = 2 + Math.floor(unit(seed, wx, wz, 45) * (depth - 3))
    for (let k = 1; k <= height; k++) blocks[at(x, floor + k, z)] = k === height ? kelp : kelpPlant
  }
}

module.exports = { makeUnderwater }
