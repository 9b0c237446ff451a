'use strict'
const { Random } = require('./random')

const fade = t => t * t * t * (t * (t * 6 - 15) + 10)

/** Perlin gradient noise in two and three dimensions, in about [-1, 1]. */
class Noise {
  constructor (seed, salt) {
    const random = Random.at(seed, salt, 0, 0x6e01)
    const order = Array.from({ length: 256 }, (_, i) => i)
    for (let i = 255; i > 0; i--) {
      const j = random.int(i + 1)
      ;[order[i], order[j]] = [order[j], order[i]]
    }
    this.table = new Uint8Array(512)
    for (let i = 0; i < 512; i++) this.table[i] = order[i & 255]
    this.offset = random.float() * 256
  }

  at2 (x, z) {
    x += this.offset
    z -= this.offset
    const X = Math.floor(x); const Z = Math.floor(z)
    const fx = x - X; const fz = z - Z
    const t = this.table
    const xi = X & 255; const zi = Z & 255
    const a = t[xi] + zi; const b = t[xi + 1] + zi
    const u = fade(fx); const v = fade(fz)
    const n00 = grad2(t[a], fx, fz); const n10 = grad2(t[b], fx - 1, fz)
    const n01 = grad2(t[a + 1], fx, fz - 1); const n11 = grad2(t[b + 1], fx - 1, fz - 1)
    const top = n00 + u * (n10 - n00)
    return top + v * (n01 + u * (n11 - n01) - top)
  }

  /** Octaves of falling strength; the sum stays in about [-1, 1]. */
  octaves2 (x, z, n) {
    let sum = 0; let strength = 1; let total = 0
    for (let i = 0; i < n; i++) {
      sum += this.at2(x, z) * strength
      total += strength
      strength *= 0.5
      x = x * 2 + 17.3
      z = z * 2 - 31.7
    }
    return sum / total
  }

  at3 (x, y, z) {
    x += this.offset
    const X = Math.floor(x); const Y = Math.floor(y); const Z = Math.floor(z)
    const fx = x - X; const fy = y - Y; const fz = z - Z
    const t = this.table
    const xi = X & 255; const yi = Y & 255; const zi = Z & 255
    const u = fade(fx); const v = fade(fy); const w = fade(fz)
    const corner = (dx, dy, dz) => grad3(t[(t[(t[xi + dx] + yi + dy) & 255] + zi + dz) & 255], fx - dx, fy - dy, fz - dz)
    const mixX = (dy, dz) => { const a = corner(0, dy, dz); return a + u * (corner(1, dy, dz) - a) }
    const near = mixX(0, 0); const far = mixX(0, 1)
    const front = near + v * (mixX(1, 0) - near)
    return front + w * (far + v * (mixX(1, 1) - far) - front)
  }
}

function grad2 (h, x, z) {
  switch (h & 7) {
    case 0: return x + z
    case 1: return x - z
    case 2: return -x + z
    case 3: return -x - z
    case 4: return x * 1.4142
    case 5: return -x * 1.4142
    case 6: return z * 1.4142
    default: return -z * 1.4142
  }
}

function grad3 (h, x, y, z) {
  h &= 15
  const u = h < 8 ? x : y
  const v = h < 4 ? y : (h === 12 || h === 14 ? x : z)
  return ((h & 1) ? -u : u) + ((h & 2) ? -v : v)
}

module.exports = { Noise }
