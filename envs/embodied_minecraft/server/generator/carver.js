'use strict'
// Caves and ravines: the worm carvers of Java 1.16 (CaveCarver, RavineCarver), written out as lists of
// ellipsoids, so that each chunk can take those that reach into it.
const { Random } = require('./random')
const { CAVES, RAVINES } = require('./density')

/** The ellipsoids [x, y, z, horizontal radius, vertical radius, isRavine] of worms that start in a chunk. */
function wormsOf (seed, chunkX, chunkZ) {
  const parts = []
  caves(Random.at(seed, chunkX, chunkZ, 0xca7e), chunkX, chunkZ, parts)
  ravine(Random.at(seed, chunkX, chunkZ, 0x4a71), chunkX, chunkZ, parts)
  return parts
}

function caves (random, chunkX, chunkZ, parts) {
  if (random.float() >= CAVES.chance) return
  const starts = random.int(random.int(random.int(CAVES.mostStarts) + 1) + 1)
  for (let i = 0; i < starts; i++) {
    const at = { x: chunkX * 16 + random.int(16), y: random.int(random.int(120) + 8), z: chunkZ * 16 + random.int(16) }
    let tunnels = 1
    if (random.int(4) === 0) {
      const radius = 1.5 + 1 + random.float() * 6
      parts.push([at.x + 1, at.y, at.z, radius, radius * 0.5, 0])
      tunnels += random.int(4)
    }
    for (let k = 0; k < tunnels; k++) {
      const yaw = random.float() * Math.PI * 2
      const pitch = (random.float() - 0.5) / 4
      let width = random.float() * 2 + random.float()
      if (random.int(10) === 0) width *= random.float() * random.float() * 3 + 1
      const length = CAVES.longest - random.int(CAVES.longest / 4)
      tunnel(random.int(0x7fffffff), at, { width, yaw, pitch, from: 0, length, start: [chunkX, chunkZ] }, parts)
    }
  }
}

function tunnel (seed, at, { width, yaw, pitch, from, length, start }, parts) {
  const random = new Random(seed)
  const fork = random.int(length / 2) + Math.floor(length / 4)
  const steep = random.int(6) === 0
  let { x, y, z } = at
  let turn = 0; let tilt = 0
  for (let step = from; step < length; step++) {
    const radius = 1.5 + Math.sin(Math.PI * step / length) * width
    const flat = Math.cos(pitch)
    x += Math.cos(yaw) * flat
    y += Math.sin(pitch)
    z += Math.sin(yaw) * flat
    pitch = pitch * (steep ? 0.92 : 0.7) + tilt * 0.1
    yaw += turn * 0.1
    tilt = tilt * 0.9 + (random.float() - random.float()) * random.float() * 2
    turn = turn * 0.75 + (random.float() - random.float()) * random.float() * 4
    if (step === fork && width > 1) {
      for (const side of [-1, 1]) {
        tunnel(random.int(0x7fffffff), { x, y, z },
          { width: random.float() * 0.5 + 0.5, yaw: yaw + side * Math.PI / 2, pitch: pitch / 3, from: step, length, start }, parts)
      }
      return
    }
    if (random.int(4) === 0) continue
    if (outOfReach(x, z, start)) return
    parts.push([x, y, z, radius, radius, 0])
  }
}

function ravine (random, chunkX, chunkZ, parts) {
  if (random.float() >= RAVINES.chance) return
  let x = chunkX * 16 + random.int(16); let y = random.int(random.int(40) + 8) + 20; let z = chunkZ * 16 + random.int(16)
  let yaw = random.float() * Math.PI * 2
  let pitch = (random.float() - 0.5) / 4
  const width = (random.float() * 2 + random.float()) * 2
  const length = RAVINES.longest - random.int(RAVINES.longest / 4)
  let turn = 0; let tilt = 0
  for (let step = 0; step < length; step++) {
    const radius = (1.5 + Math.sin(Math.PI * step / length) * width) * (random.float() * 0.25 + 0.75)
    x += Math.cos(yaw) * Math.cos(pitch)
    y += Math.sin(pitch)
    z += Math.sin(yaw) * Math.cos(pitch)
    pitch = pitch * 0.7 + tilt * 0.05
    yaw += turn * 0.05
    tilt = tilt * 0.8 + (random.float() - random.float()) * random.float() * 2
    turn = turn * 0.5 + (random.float() - random.float()) * random.float() * 4
    if (random.int(4) === 0) continue
    if (outOfReach(x, z, [chunkX, chunkZ])) return
    parts.push([x, y, z, radius * 0.75, radius * 3, 1]) // vanilla narrows each layer by chance; here all alike
  }
}

function outOfReach (x, z, start) {
  const limit = CAVES.reach * 16 - 16
  return Math.abs(x - start[0] * 16 - 8) > limit || Math.abs(z - start[1] * 16 - 8) > limit
}

/** Calls dig(x, y, z) for the blocks of an ellipsoid inside one chunk; the floor is flat, as in vanilla. */
function eachInside (part, chunkX, chunkZ, top, dig) {
  const [cx, cy, cz, rh, rv, isRavine] = part
  const x0 = Math.max(Math.floor(cx - rh) - 1, chunkX * 16); const x1 = Math.min(Math.floor(cx + rh) + 1, chunkX * 16 + 15)
  const z0 = Math.max(Math.floor(cz - rh) - 1, chunkZ * 16); const z1 = Math.min(Math.floor(cz + rh) + 1, chunkZ * 16 + 15)
  const y0 = Math.max(Math.floor(cy - rv) - 1, 1); const y1 = Math.min(Math.floor(cy + rv) + 1, top)
  for (let x = x0; x <= x1; x++) {
    const dx = ((x + 0.5 - cx) / rh) ** 2
    for (let z = z0; z <= z1; z++) {
      const flat = dx + ((z + 0.5 - cz) / rh) ** 2
      if (flat >= 1) continue
      for (let y = y1; y > y0; y--) {
        const dy = (y - 0.5 - cy) / rv
        const inside = flat + dy * dy < 1 && (isRavine || dy > -0.7)
        if (inside) dig(x, y, z)
      }
    }
  }
}

module.exports = { wormsOf, eachInside }
