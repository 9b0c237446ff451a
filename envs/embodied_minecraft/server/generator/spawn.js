'use strict'
// The spawn point: dry grass in forest or plains with trees in sight, the nearest to the origin there is.
const { SEA } = require('./density')
const { at } = require('./ground')
const { FLAG } = require('./palette')

const HOME = new Set(['forest', 'plains', 'flower_forest', 'birch_forest', 'sunflower_plains', 'meadow'])
const FARTHEST = 160 // chunks
const TREE_DISTANCE = 30 // blocks
const TREES = 4

/** Feet position {x, y, z} of whole numbers: a cell of air on grass. */
function findSpawn ({ generate, treesOf, palette }) {
  for (let ring = 0; ring <= FARTHEST; ring++) {
    for (const [i, j] of ringAround(ring)) {
      const x = i * 16 + 8; const z = j * 16 + 8
      if (!HOME.has(generate.biomeAt(x, z)) || !level(generate, x, z)) continue
      if (treesNear(treesOf, i, j, x, z) < TREES) continue
      const spot = clearGrass(generate.blocksOf(i, j), palette, i, j)
      if (spot) return spot
    }
  }
  throw new Error(`No dry grass with trees within ${FARTHEST * 16} blocks of the origin; try another seed.`)
}

function ringAround (ring) {
  if (ring === 0) return [[0, 0]]
  const cells = []
  for (let k = -ring; k <= ring; k++) cells.push([k, -ring], [k, ring])
  for (let k = -ring + 1; k < ring; k++) cells.push([-ring, k], [ring, k])
  return cells
}

function level (generate, x, z) {
  let low = Infinity; let high = -Infinity
  for (let dz = -12; dz <= 12; dz += 4) {
    for (let dx = -12; dx <= 12; dx += 4) {
      const y = generate.surfaceAt(x + dx, z + dz)
      low = Math.min(low, y)
      high = Math.max(high, y)
    }
  }
  return low > SEA && high - low <= 6
}

function treesNear (treesOf, i, j, x, z) {
  let near = 0
  for (let dj = -2; dj <= 2; dj++) {
    for (let di = -2; di <= 2; di++) {
      for (const tree of treesOf(i + di, j + dj)) {
        if (Math.hypot((i + di) * 16 + tree.x - x, (j + dj) * 16 + tree.z - z) <= TREE_DISTANCE) near++
      }
    }
  }
  return near
}

/** The cell nearest to the middle of the chunk with grass below and two cells of room, and so its neighbours. */
function clearGrass (blocks, palette, i, j) {
  const grass = palette.state('grass_block')
  const cells = Array.from({ length: 196 }, (_, k) => [1 + k % 14, 1 + Math.floor(k / 14)])
    .sort((a, b) => Math.hypot(a[0] - 8, a[1] - 8) - Math.hypot(b[0] - 8, b[1] - 8))
  for (const [x, z] of cells) {
    for (let y = 110; y > SEA; y--) {
      if (blocks[at(x, y, z)] === 0 || palette.flags[blocks[at(x, y, z)]] & FLAG.open) continue
      const room = [-1, 0, 1].every(dz => [-1, 0, 1].every(dx => [1, 2].every(dy => palette.flags[blocks[at(x + dx, y + dy, z + dz)]] & FLAG.open)))
      if (blocks[at(x, y, z)] === grass && blocks[at(x, y + 1, z)] === 0 && room) return { x: i * 16 + x, y: y + 1, z: j * 16 + z }
      break
    }
  }
  return null
}

module.exports = { findSpawn }
