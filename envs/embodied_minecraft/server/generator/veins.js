'use strict'
// Ore veins and stone blobs: the ellipsoid of vanilla's OreFeature (Java 1.13 to 1.17), a row of balls
// along a slanted segment, so that a vein of size n holds as many blocks as vanilla's.
const { Random } = require('./random')

/** Calls put(x, y, z) once for each block of the vein around the origin (world coordinates). */
function vein (random, x, y, z, size, put) {
  if (size === 1) return put(x, y, z)
  const angle = random.float() * Math.PI
  const half = size / 8
  const from = [x + Math.sin(angle) * half, y + random.int(3) - 2, z + Math.cos(angle) * half]
  const to = [x - Math.sin(angle) * half, y + random.int(3) - 2, z - Math.cos(angle) * half]
  const balls = ballsAlong(random, from, to, size)
  const seen = new Set()
  for (const [cx, cy, cz, r] of balls) {
    if (r < 0) continue
    const x1 = Math.floor(cx + r); const y1 = Math.floor(cy + r); const z1 = Math.floor(cz + r)
    for (let bx = Math.floor(cx - r); bx <= x1; bx++) {
      const dx = ((bx + 0.5 - cx) / r) ** 2
      if (dx >= 1) continue
      for (let by = Math.floor(cy - r); by <= y1; by++) {
        const dy = dx + ((by + 0.5 - cy) / r) ** 2
        if (dy >= 1) continue
        for (let bz = Math.floor(cz - r); bz <= z1; bz++) {
          if (dy + ((bz + 0.5 - cz) / r) ** 2 >= 1) continue
          const key = ((by & 511) << 14) | ((bx & 127) << 7) | (bz & 127)
          if (seen.has(key)) continue
          seen.add(key)
          put(bx, by, bz)
        }
      }
    }
  }
}

function ballsAlong (random, from, to, size) {
  const balls = []
  for (let i = 0; i < size; i++) {
    const t = i / size
    const swell = random.float() * size / 16
    const r = ((Math.sin(Math.PI * t) + 1) * swell + 1) / 2
    balls.push([from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t, r])
  }
  for (let i = 0; i < size - 1; i++) {
    if (balls[i][3] <= 0) continue
    for (let j = i + 1; j < size; j++) {
      if (balls[j][3] <= 0) continue
      const [dx, dy, dz, dr] = balls[i].map((v, k) => v - balls[j][k])
      if (dr * dr > dx * dx + dy * dy + dz * dz) balls[dr > 0 ? j : i][3] = -1
    }
  }
  return balls
}

/** All veins that start in one chunk. put(x, y, z, kind). */
function veinsOf (seed, chunkX, chunkZ, rows, salt, put) {
  rows.forEach((row, index) => {
    const random = Random.at(seed, chunkX, chunkZ, salt + index)
    for (let n = random.count(row.count); n > 0; n--) {
      const x = chunkX * 16 + random.int(16)
      const z = chunkZ * 16 + random.int(16)
      const span = row.hi - row.lo
      const y = row.triangle
        ? row.lo + random.int(span / 2) + random.int(span / 2)
        : row.lo + random.int(span)
      vein(random, x, y, z, row.size, (bx, by, bz) => put(bx, by, bz, row.kind))
    }
  })
}

module.exports = { vein, veinsOf }
