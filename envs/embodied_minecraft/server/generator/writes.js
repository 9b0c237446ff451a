'use strict'
// What a feature of one chunk (a vein, a tree) puts into that chunk and its eight neighbours.
const { BOTTOM, TOP } = require('./density')
const { FLAG } = require('./palette')

/** When a write takes effect: into openings, into openings and leaves, into stone, always. */
const RULE = { open: 0, trunk: 1, stone: 2, force: 3, water: 4 }

class Writes {
  constructor (chunkX, chunkZ) {
    this.x0 = chunkX * 16
    this.z0 = chunkZ * 16
    this.parts = Array.from({ length: 9 }, () => [])
  }

  /** value: a block state, or for RULE.stone the number of an ore kind. */
  put (x, y, z, value, rule) {
    if (y <= BOTTOM || y >= TOP) return
    const i = (x - this.x0 + 16) >> 4; const j = (z - this.z0 + 16) >> 4
    if (i < 0 || i > 2 || j < 0 || j > 2) return
    this.parts[j * 3 + i].push((((y - BOTTOM) << 8) | ((z & 15) << 4) | (x & 15)) * 8 + rule, value)
  }
}

/** Applies what was written for the chunk at offset (dx, dz) from where the features started. */
function apply (writes, dx, dz, blocks, { flags }, kinds) {
  const list = writes.parts[(dz + 1) * 3 + dx + 1]
  for (let k = 0; k < list.length; k += 2) {
    const i = list[k] >> 3; const value = list[k + 1]
    const f = flags[blocks[i]]
    switch (list[k] & 7) {
      case RULE.open: if (f & FLAG.open) blocks[i] = value; break
      case RULE.trunk: if (f & (FLAG.open | FLAG.leaf)) blocks[i] = value; break
      case RULE.water: if (f & (FLAG.open | FLAG.leaf | FLAG.fluid)) blocks[i] = value; break
      case RULE.stone:
        if (f & FLAG.stone) blocks[i] = kinds[value][0]
        else if ((f & FLAG.deep) && kinds[value][1]) blocks[i] = kinds[value][1]
        break
      default: if (i > 255) blocks[i] = value
    }
  }
}

module.exports = { Writes, RULE, apply }
