'use strict'
// Amethyst geodes: shells of smooth basalt, calcite and amethyst around a hollow (after Java 1.17).
const { RULE } = require('./writes')

const FACES = [['up', 0, 1, 0], ['down', 0, -1, 0], ['north', 0, 0, -1], ['south', 0, 0, 1], ['west', -1, 0, 0], ['east', 1, 0, 0]]

function makeGeodes (state) {
  const s = { basalt: state('smooth_basalt'), calcite: state('calcite'), amethyst: state('amethyst_block'), budding: state('budding_amethyst') }
  const buds = ['small_amethyst_bud', 'medium_amethyst_bud', 'large_amethyst_bud', 'amethyst_cluster']
    .map(name => Object.fromEntries(FACES.map(([facing]) => [facing, state(name, { facing, waterlogged: false })])))

  return function geode (random, writes, x, y, z) {
    const radius = 4.6 + random.float() * 1.4
    const squash = 0.85 + random.float() * 0.3
    const depth = (dx, dy, dz) => Math.sqrt(dx * dx + (dy / squash) ** 2 + dz * dz)
    const reach = Math.ceil(radius) + 1
    const growing = []
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dz = -reach; dz <= reach; dz++) {
        for (let dx = -reach; dx <= reach; dx++) {
          const d = depth(dx, dy, dz) + (random.float() - 0.5) * 0.3
          if (d > radius) continue
          const layer = d > radius - 1 ? s.basalt : d > radius - 2 ? s.calcite : d > radius - 3 ? (random.int(12) === 0 ? s.budding : s.amethyst) : 0
          if (layer === s.budding) growing.push([dx, dy, dz])
          writes.put(x + dx, y + dy, z + dz, layer, RULE.force)
        }
      }
    }
    for (const [dx, dy, dz] of growing) {
      for (const [facing, fx, fy, fz] of FACES) {
        if (depth(dx + fx, dy + fy, dz + fz) > radius - 3.2 || random.int(3) === 0) continue
        writes.put(x + dx + fx, y + dy + fy, z + dz + fz, buds[random.int(4)][facing], RULE.force)
      }
    }
  }
}

module.exports = { makeGeodes }
