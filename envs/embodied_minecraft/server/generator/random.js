'use strict'
// Randomness that depends only on (seed, place, purpose), so that chunks come out the same in any order.

function mix (h) {
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

function hash (seed, x, z, salt) {
  let h = mix((seed | 0) ^ Math.imul(salt | 0, 0x9e3779b1))
  h = mix(h ^ Math.imul(x | 0, 0x85ebca6b))
  return mix(h ^ Math.imul(z | 0, 0xc2b2ae35) ^ 0x27d4eb2f)
}

/** A number in [0, 1) for one column. */
const unit = (seed, x, z, salt) => hash(seed, x, z, salt) / 4294967296

/** Seeds may be given as numbers or as text; either becomes 32 bits. */
function seedFrom (seed) {
  let h = 0x811c9dc5
  for (const c of String(seed)) h = Math.imul(h ^ c.codePointAt(0), 0x01000193)
  return mix(h)
}

class Random {
  constructor (state) { this.state = state | 0 }

  static at (seed, x, z, salt) { return new Random(hash(seed, x, z, salt)) }

  float () {
    this.state = (this.state + 0x6d2b79f5) | 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** An integer in [0, n). */
  int (n) { return Math.floor(this.float() * n) }

  /** The whole part always, the rest by chance: 2.25 is 2, and in one case of four 3. */
  count (mean) { return Math.floor(mean) + (this.float() < mean % 1 ? 1 : 0) }

  pick (list) { return list[this.int(list.length)] }
}

module.exports = { Random, hash, unit, seedFrom }
