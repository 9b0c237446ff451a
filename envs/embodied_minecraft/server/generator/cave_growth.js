'use strict'
// What is found in caves: mushrooms, glow lichen and webs anywhere; moss or dripstone in patches of their own.
const { hash, unit } = require('./random')
const { Noise } = require('./noise')
const { CAVE_PATCH, CAVES, SEA } = require('./density')
const { at } = require('./ground')
const { FLAG } = require('./palette')

const DEEPEST = 6
const HIGHEST = 52

function makeCaveGrowth (seed, palette) {
  const { state, flags } = palette
  const lush = new Noise(seed, 51); const drip = new Noise(seed, 52)
  const s = growthStates(state)
  const rock = id => (flags[id] & FLAG.stone) !== 0

  function biome (wx, wz) {
    if (lush.octaves2(wx / 90, wz / 90, 2) > CAVE_PATCH) return 'lush_caves'
    return drip.octaves2(wx / 90, wz / 90, 2) > CAVE_PATCH - 0.04 ? 'dripstone_caves' : null
  }

  function plainFloor (blocks, i, roll) {
    if (roll < 0.0022) blocks[i] = s.brown
    else if (roll < 0.0034) blocks[i] = s.red
    else if (roll < 0.0038) blocks[i] = s.web
  }

  function lushFloor (blocks, i, roll, more) {
    if (roll > 0.8) return
    blocks[i - 256] = roll < 0.12 ? s.clay : s.moss
    if (roll < 0.12) return
    if (more < 0.12) blocks[i] = s.carpet
    else if (more < 0.2) blocks[i] = s.grass
    else if (more < 0.225) blocks[i] = s.azalea
    else if (more < 0.235) blocks[i] = s.floweringAzalea
    else if (more < 0.245 && roll < 0.4) blocks[i] = s.dripleaf
  }

  function lushCeiling (blocks, i, roll, more) {
    if (roll > 0.7) return
    blocks[i + 256] = roll < 0.08 ? s.rooted : s.moss
    if (roll < 0.08) { if (more < 0.6) blocks[i] = s.hangingRoots } else if (more < 0.02) blocks[i] = s.spore
    else if (more < 0.18) vine(blocks, i, 1 + Math.floor(more * 1000 % 4), roll < 0.3)
  }

  function vine (blocks, i, length, berries) {
    let k = 0
    while (k < length && blocks[i - 256 * k] === s.air && blocks[i - 256 * (k + 1)] === s.air) k++
    for (let n = 0; n < k; n++) blocks[i - 256 * n] = n === k - 1 ? s.vineTip[berries ? 1 : 0] : s.vineBody[berries && n % 2 ? 1 : 0]
  }

  function dripFloor (blocks, i, roll, more) {
    if (roll < 0.3) blocks[i - 256] = s.dripstone
    if (roll < 0.1) spike(blocks, i, 256, 'up', 1 + Math.floor(more * 3))
  }

  function dripCeiling (blocks, i, roll, more) {
    if (roll < 0.35) blocks[i + 256] = s.dripstone
    if (roll < 0.16) spike(blocks, i, -256, 'down', 1 + Math.floor(more * 3))
  }

  /** A spike of 1 to 3 blocks: tip; frustum and tip; base, frustum and tip. */
  function spike (blocks, i, step, direction, length) {
    for (let k = 0; k <= length; k++) if (blocks[i + step * k] !== s.air) return
    const names = ['tip', 'frustum', 'base'].slice(0, length).reverse()
    names.forEach((name, k) => { blocks[i + step * k] = s.spike[direction][name] })
  }

  function lichen (blocks, i, x, z) {
    if (rock(blocks[i + 256])) blocks[i] = s.lichen.up
    else if (x > 0 && rock(blocks[i - 1])) blocks[i] = s.lichen.west
    else if (x < 15 && rock(blocks[i + 1])) blocks[i] = s.lichen.east
    else if (z > 0 && rock(blocks[i - 16])) blocks[i] = s.lichen.north
    else if (z < 15 && rock(blocks[i + 16])) blocks[i] = s.lichen.south
    else if (rock(blocks[i - 256])) blocks[i] = s.lichen.down
  }

  function grow (ground, blocks) {
    const ox = ground.chunkX * 16; const oz = ground.chunkZ * 16
    for (let z = 0; z < 16; z++) {
      for (let x = 0; x < 16; x++) {
        const height = ground.height[(z + 1) * 18 + x + 1]
        const top = Math.min(HIGHEST, height - 8, height < SEA ? height - 4 : TOPMOST)
        let patch
        for (let y = Math.max(DEEPEST, CAVES.lavaTop + 1); y < top; y++) {
          const i = at(x, y, z)
          if (blocks[i] !== s.air) continue
          if (patch === undefined) patch = biome(ox + x, oz + z)
          cell(blocks, i, x, y, z, patch, unit(seed, ox + x, oz + z, 5000 + y), hash(seed, ox + x, oz + z, 6000 + y) / 4294967296)
        }
      }
    }
  }

  function cell (blocks, i, x, y, z, patch, roll, more) {
    const floor = rock(blocks[i - 256])
    const ceiling = rock(blocks[i + 256])
    if (patch === 'lush_caves') {
      if (floor) lushFloor(blocks, i, roll, more)
      else if (ceiling) lushCeiling(blocks, i, roll, more)
    } else if (patch === 'dripstone_caves') {
      if (floor) dripFloor(blocks, i, roll, more)
      else if (ceiling) dripCeiling(blocks, i, roll, more)
    } else if (floor) plainFloor(blocks, i, roll)
    if (blocks[i] === s.air && more > (patch === 'lush_caves' ? 0.96 : 0.988)) lichen(blocks, i, x, z)
  }

  return { biome, grow }
}

const TOPMOST = 1000

function growthStates (state) {
  const faces = ['up', 'down', 'north', 'south', 'west', 'east']
  const none = Object.fromEntries(faces.map(f => [f, false]))
  const spike = direction => Object.fromEntries(['tip', 'frustum', 'base'].map(thickness =>
    [thickness, state('pointed_dripstone', { thickness, vertical_direction: direction, waterlogged: false })]))
  return {
    air: state('cave_air'),
    brown: state('brown_mushroom'),
    red: state('red_mushroom'),
    web: state('cobweb'),
    clay: state('clay'),
    moss: state('moss_block'),
    carpet: state('moss_carpet'),
    grass: state('short_grass'),
    azalea: state('azalea'),
    floweringAzalea: state('flowering_azalea'),
    dripleaf: state('big_dripleaf', { facing: 'north', tilt: 'none', waterlogged: false }),
    rooted: state('rooted_dirt'),
    hangingRoots: state('hanging_roots', { waterlogged: false }),
    spore: state('spore_blossom'),
    vineTip: [false, true].map(berries => state('cave_vines', { age: 25, berries })),
    vineBody: [false, true].map(berries => state('cave_vines_plant', { berries })),
    dripstone: state('dripstone_block'),
    spike: { up: spike('up'), down: spike('down') },
    lichen: Object.fromEntries(faces.map(f => [f, state('glow_lichen', { ...none, [f]: true, waterlogged: false })]))
  }
}

module.exports = { makeCaveGrowth }
