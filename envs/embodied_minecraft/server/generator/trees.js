'use strict'
// Trees. Oak, birch, spruce and pine have vanilla 1.16's trunk heights and foliage; the others are simpler.
const { RULE } = require('./writes')

/** grow(kind, random, writes, x, y, z): a tree whose lowest log is at y. */
function makeTrees (state) {
  const logs = {}; const leafStates = {}
  for (const wood of ['oak', 'birch', 'spruce', 'jungle', 'acacia', 'dark_oak', 'cherry', 'mangrove']) {
    logs[wood] = state(`${wood}_log`)
    leafStates[wood] = [1, 2, 3, 4, 5, 6, 7].map(distance => state(`${wood}_leaves`, { distance, persistent: false, waterlogged: false }))
  }
  const dirt = state('dirt')
  const s = {
    roots: state('mangrove_roots'), vineSide: { east: state('vine', { east: true }), west: state('vine', { west: true }), north: state('vine', { north: true }), south: state('vine', { south: true }) },
    cocoa: ['north', 'south', 'west', 'east'].map(facing => [0, 1, 2].map(age => state('cocoa', { facing, age }))),
    nest: state('bee_nest', { facing: 'south' }),
    stem: state('mushroom_stem'), brown: state('brown_mushroom_block'), red: state('red_mushroom_block'),
    propagule: state('mangrove_propagule', { hanging: true, age: 4 })
  }

  const trunk = (w, wood, x, y, z, height) => {
    w.put(x, y - 1, z, dirt, RULE.force)
    for (let k = 0; k < height; k++) w.put(x, y + k, z, logs[wood], RULE.trunk)
  }
  const leaf = (w, wood, x, y, z, distance) => w.put(x, y, z, leafStates[wood][Math.max(1, Math.min(7, distance)) - 1], RULE.open)

  /** A square of leaves around (x, z) with corners left out by chance; distances count from the trunk. */
  function layer (w, random, wood, x, y, z, radius, corners, above = 0) {
    for (let dx = -radius; dx <= radius; dx++) {
      for (let dz = -radius; dz <= radius; dz++) {
        const corner = Math.abs(dx) === radius && Math.abs(dz) === radius && radius > 0
        if (corner && (corners === 'none' || (corners === 'some' && random.int(2) === 0))) continue
        leaf(w, wood, x + dx, y, z + dz, Math.abs(dx) + Math.abs(dz) + above)
      }
    }
  }

  function blob (w, random, wood, x, y, z, height) {
    trunk(w, wood, x, y, z, height)
    layer(w, random, wood, x, y + height - 3, z, 2, 'some')
    layer(w, random, wood, x, y + height - 2, z, 2, 'some')
    layer(w, random, wood, x, y + height - 1, z, 1, 'some')
    layer(w, random, wood, x, y + height, z, 1, 'none', 1)
  }

  function spruce (w, random, x, y, z) {
    const height = 5 + random.int(3) + random.int(2)
    const bare = 1 + random.int(2)
    trunk(w, 'spruce', x, y, z, height - 1)
    let radius = random.int(2); let limit = 1; let restart = 0
    for (let k = height; k >= bare; k--) {
      layer(w, random, 'spruce', x, y + k, z, radius, 'none', k >= height - 1 ? k - height + 2 : 0)
      if (radius >= limit) { radius = restart; restart = 1; limit = Math.min(limit + 1, 2 + random.int(2)) } else radius++
    }
  }

  function pine (w, random, x, y, z) {
    const height = 6 + random.int(5)
    trunk(w, 'spruce', x, y, z, height)
    const crown = 3 + random.int(2)
    for (let k = 0; k <= crown; k++) layer(w, random, 'spruce', x, y + height - k + 1, z, k === crown ? 1 : Math.min(2, k), 'none', k < 2 ? 2 - k : 0)
  }

  function vines (w, random, x, y, z, radius, chance) {
    const sides = [[1, 0, 'west'], [-1, 0, 'east'], [0, 1, 'north'], [0, -1, 'south']]
    for (const [dx, dz, face] of sides) {
      for (let t = -radius + 1; t < radius; t++) {
        if (random.float() >= chance) continue
        const vx = x + dx * (radius + 1) + (dx ? 0 : t); const vz = z + dz * (radius + 1) + (dz ? 0 : t)
        for (let n = 1 + random.int(4), k = 0; k < n; k++) w.put(vx, y - k, vz, s.vineSide[face], RULE.open)
      }
    }
  }

  function jungle (w, random, x, y, z) {
    const height = 4 + random.int(5)
    blob(w, random, 'jungle', x, y, z, height)
    vines(w, random, x, y + height - 3, z, 2, 0.25)
    if (random.int(5) > 0 || height < 6) return
    ;[[0, 1], [0, -1], [1, 0], [-1, 0]].forEach(([dx, dz], side) => {
      // A pod faces the trunk: the one to the south of it faces north.
      if (random.int(4) === 0) w.put(x + dx, y + height - 4, z + dz, s.cocoa[side][random.int(3)], RULE.trunk)
    })
  }

  function thick (w, wood, x, y, z, height) {
    for (const [dx, dz] of [[0, 0], [1, 0], [0, 1], [1, 1]]) trunk(w, wood, x + dx, y, z + dz, height)
  }

  function round (w, wood, x, y, z, radius) {
    const reach = Math.ceil(radius)
    for (let dx = -reach; dx <= reach + 1; dx++) {
      for (let dz = -reach; dz <= reach + 1; dz++) {
        if ((dx - 0.5) ** 2 + (dz - 0.5) ** 2 <= radius * radius) leaf(w, wood, x + dx, y, z + dz, Math.abs(dx - 0.5) + Math.abs(dz - 0.5))
      }
    }
  }

  const kinds = {
    oak: (w, r, x, y, z) => blob(w, r, 'oak', x, y, z, 4 + r.int(3)),
    birch: (w, r, x, y, z) => blob(w, r, 'birch', x, y, z, 5 + r.int(3)),
    oak_bees: (w, r, x, y, z) => {
      const height = 5 + r.int(2)
      blob(w, r, 'oak', x, y, z, height)
      w.put(x, y + height - 4, z + 1, s.nest, RULE.trunk)
    },
    swamp_oak: (w, r, x, y, z) => {
      const height = 5 + r.int(4)
      trunk(w, 'oak', x, y, z, height)
      layer(w, r, 'oak', x, y + height - 3, z, 3, 'none')
      layer(w, r, 'oak', x, y + height - 2, z, 3, 'none')
      layer(w, r, 'oak', x, y + height - 1, z, 2, 'some')
      layer(w, r, 'oak', x, y + height, z, 1, 'none', 1)
      vines(w, r, x, y + height - 3, z, 3, 0.3)
    },
    spruce: (w, r, x, y, z) => spruce(w, r, x, y, z),
    pine: (w, r, x, y, z) => pine(w, r, x, y, z),
    jungle: (w, r, x, y, z) => jungle(w, r, x, y, z),
    jungle_bush: (w, r, x, y, z) => {
      trunk(w, 'jungle', x, y, z, 1)
      layer(w, r, 'jungle', x, y, z, 2, 'some')
      layer(w, r, 'jungle', x, y + 1, z, 1, 'some', 1)
    },
    mega_jungle: (w, r, x, y, z) => {
      const height = 12 + r.int(7)
      thick(w, 'jungle', x, y, z, height)
      round(w, 'jungle', x, y + height - 2, z, 4.2)
      round(w, 'jungle', x, y + height - 1, z, 4.2)
      round(w, 'jungle', x, y + height, z, 3)
      vines(w, r, x, y + height - 3, z, 3, 0.4)
    },
    acacia: (w, r, x, y, z) => {
      const height = 5 + r.int(3); const bend = 2 + r.int(2)
      const [dx, dz] = r.pick([[1, 0], [-1, 0], [0, 1], [0, -1]])
      const straight = height - bend
      trunk(w, 'acacia', x, y, z, straight)
      for (let k = 0; k < bend; k++) w.put(x + dx * (k + 1), y + straight + k, z + dz * (k + 1), logs.acacia, RULE.trunk)
      // A bent trunk needs its logs to touch: one beside each step.
      for (let k = 0; k < bend; k++) w.put(x + dx * (k + 1), y + straight + k - 1, z + dz * (k + 1), logs.acacia, RULE.trunk)
      const tx = x + dx * bend; const tz = z + dz * bend; const ty = y + height
      layer(w, r, 'acacia', tx, ty - 1, tz, 3, 'none')
      layer(w, r, 'acacia', tx, ty, tz, 1, 'some', 1)
    },
    dark_oak: (w, r, x, y, z) => {
      const height = 6 + r.int(3)
      thick(w, 'dark_oak', x, y, z, height)
      round(w, 'dark_oak', x, y + height - 2, z, 3.6)
      round(w, 'dark_oak', x, y + height - 1, z, 3.6)
      round(w, 'dark_oak', x, y + height, z, 2.2)
    },
    cherry: (w, r, x, y, z) => {
      const height = 6 + r.int(2)
      trunk(w, 'cherry', x, y, z, height)
      layer(w, r, 'cherry', x, y + height - 2, z, 3, 'some')
      layer(w, r, 'cherry', x, y + height - 1, z, 3, 'none')
      layer(w, r, 'cherry', x, y + height, z, 2, 'none', 1)
      layer(w, r, 'cherry', x, y + height + 1, z, 1, 'none', 2)
    },
    mangrove: (w, r, x, y, z) => {
      const raise = 1 + r.int(2); const height = 4 + r.int(3)
      for (const [dx, dz] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        if (r.int(3) === 0) continue
        for (let k = -2; k <= raise; k++) w.put(x + dx, y + k, z + dz, s.roots, RULE.water)
      }
      for (let k = 0; k < raise; k++) w.put(x, y + k, z, s.roots, RULE.water)
      for (let k = 0; k < height; k++) w.put(x, y + raise + k, z, logs.mangrove, RULE.trunk)
      const top = y + raise + height
      layer(w, r, 'mangrove', x, top - 2, z, 2, 'some')
      layer(w, r, 'mangrove', x, top - 1, z, 2, 'none')
      layer(w, r, 'mangrove', x, top, z, 1, 'some', 1)
      if (r.int(2) === 0) w.put(x + 1, top - 3, z + 1, s.propagule, RULE.open)
    },
    huge_brown_mushroom: (w, r, x, y, z) => {
      const height = 4 + r.int(3)
      for (let k = 0; k < height; k++) w.put(x, y + k, z, s.stem, RULE.trunk)
      for (let dx = -3; dx <= 3; dx++) for (let dz = -3; dz <= 3; dz++) if (Math.abs(dx) + Math.abs(dz) < 6) w.put(x + dx, y + height, z + dz, s.brown, RULE.trunk)
    },
    huge_red_mushroom: (w, r, x, y, z) => {
      const height = 4 + r.int(3)
      for (let k = 0; k < height; k++) w.put(x, y + k, z, s.stem, RULE.trunk)
      for (let dx = -2; dx <= 2; dx++) {
        for (let dz = -2; dz <= 2; dz++) {
          const edge = Math.max(Math.abs(dx), Math.abs(dz))
          if (edge < 2) w.put(x + dx, y + height, z + dz, s.red, RULE.trunk)
          else if (Math.abs(dx) + Math.abs(dz) < 4) for (let k = 1; k < 4; k++) w.put(x + dx, y + height - k, z + dz, s.red, RULE.trunk)
        }
      }
    }
  }
  return (kind, random, writes, x, y, z) => kinds[kind](writes, random, x, y, z)
}

module.exports = { makeTrees }
