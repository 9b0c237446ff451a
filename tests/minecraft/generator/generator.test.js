'use strict'
// The generator's promises: the same world in any order, vanilla's ores, a spawn point to live from.

const assert = require('node:assert/strict')
const path = require('node:path')
const { test } = require('node:test')
const { createRequire } = require('node:module')

const root = path.join(__dirname, '..', '..', '..')
const serverDir = process.env.EMBODIED_SERVER_DIR ?? path.join(root, 'envs', 'embodied_minecraft', 'server')
const fromServer = createRequire(path.join(serverDir, 'main.js'))
const registry = fromServer('prismarine-registry')('1.20.4')
const { Vec3 } = fromServer('vec3')
const makeGenerator = fromServer('./generator')
const { BIOMES } = fromServer('./generator/biomes')
const { BOTTOM } = fromServer('./generator/density')

const nameOf = id => registry.blocksByStateId[id].name
const bytes = chunk => Buffer.concat([chunk.dump(), ...chunk.dumpLight().skyLight.map(a => Buffer.from(a))])

function mean (seeds, side) {
  const counts = {}
  let chunks = 0
  for (const seed of seeds) {
    const generate = makeGenerator({ registry, seed })
    for (let x = 0; x < side; x++) {
      for (let z = 0; z < side; z++) {
        chunks++
        for (const id of generate.blocksOf(x, z)) counts[id] = (counts[id] ?? 0) + 1
      }
    }
  }
  const named = {}
  for (const [id, n] of Object.entries(counts)) named[nameOf(id)] = (named[nameOf(id)] ?? 0) + n / chunks
  return named
}

test('a chunk is the same whatever was generated before it', () => {
  const places = []
  for (let x = -3; x <= 3; x++) for (let z = -3; z <= 3; z++) places.push([x, z])
  const one = makeGenerator({ registry, seed: 5 })
  const other = makeGenerator({ registry, seed: 5 })
  const first = new Map(places.map(([x, z]) => [`${x},${z}`, bytes(one(x, z))]))
  other(200, -90)
  for (const [x, z] of places.reverse()) {
    assert.ok(bytes(other(x, z)).equals(first.get(`${x},${z}`)), `chunk ${x},${z} differs`)
  }
})

test('another seed gives another world', () => {
  assert.ok(!bytes(makeGenerator({ registry, seed: 1 })(0, 0)).equals(bytes(makeGenerator({ registry, seed: 2 })(0, 0))))
})

test('ores are as many as in vanilla 1.16', () => {
  const found = mean([11, 12, 13, 14, 15, 16, 17, 18], 6)
  // Vanilla 1.16's vein sizes in its own terrain, less what caves, soil and bedrock take.
  const expected = { coal_ore: [150, 225], iron_ore: [92, 125], gold_ore: [7, 15], redstone_ore: [24, 36], diamond_ore: [2.6, 4.6], lapis_ore: [3, 5.4], copper_ore: [28, 43] }
  for (const [ore, [low, high]] of Object.entries(expected)) {
    assert.ok(found[ore] > low && found[ore] < high, `${ore}: ${found[ore]} a chunk, expected ${low} to ${high}`)
  }
  assert.ok(found.deepslate_diamond_ore < 0.5, 'the layer below y=0 must be no shortcut to diamonds')
})

test('ores keep to their heights, and bedrock closes the bottom', () => {
  const generate = makeGenerator({ registry, seed: 3 })
  for (let x = 0; x < 4; x++) {
    const blocks = generate.blocksOf(x, 0)
    for (let i = 0; i < blocks.length; i++) {
      const y = BOTTOM + (i >> 8)
      const name = nameOf(blocks[i])
      if (name === 'diamond_ore' || name === 'redstone_ore') assert.ok(y <= 19, `${name} at y=${y}`)
      assert.equal(name === 'bedrock', y === BOTTOM)
      if (name === 'deepslate') assert.ok(y < 0)
      if (name === 'cave_air') assert.ok(y > 10, `a cave holds lava up to y=10, not air at y=${y}`)
    }
  }
})

test('every seed spawns on dry grass, with room and with trees in sight', () => {
  for (let seed = 0; seed < 20; seed++) {
    const generate = makeGenerator({ registry, seed })
    const { x, y, z } = generate.spawn
    const chunk = generate(x >> 4, z >> 4)
    const at = (dx, dy, dz) => nameOf(chunk.getBlockStateId(new Vec3((x & 15) + dx, y + dy, (z & 15) + dz)))
    assert.equal(at(0, -1, 0), 'grass_block', `seed ${seed}`)
    assert.equal(at(0, 0, 0), 'air', `seed ${seed}`)
    assert.equal(at(0, 1, 0), 'air', `seed ${seed}`)
    let logs = 0
    for (let i = -2; i <= 2; i++) for (let j = -2; j <= 2; j++) for (const id of generate.blocksOf((x >> 4) + i, (z >> 4) + j)) if (nameOf(id).endsWith('_log')) logs++
    assert.ok(logs >= 12, `seed ${seed}: ${logs} logs near spawn`)
    assert.deepEqual(makeGenerator({ registry, seed }).spawn, { x, y, z })
  }
})

test('the chunk says the biome that biomeAt says', () => {
  const generate = makeGenerator({ registry, seed: 9 })
  const seen = new Set()
  for (let c = -30; c < 30; c += 3) {
    const chunk = generate(c, c)
    const id = chunk.getBiome(new Vec3(6, 80, 6))
    assert.equal(registry.biomes[id].name, generate.biomeAt(c * 16 + 6, c * 16 + 6))
    seen.add(registry.biomes[id].name)
  }
  assert.ok(seen.size >= 6, `only ${[...seen].join(', ')} along 1300 blocks`)
  for (const biome of BIOMES) assert.ok(registry.biomesByName[biome.name], biome.name)
})

test('a chunk can be changed and read back by its packet', () => {
  const Chunk = fromServer('prismarine-chunk')(registry)
  const chunk = makeGenerator({ registry, seed: 4 })(0, 0)
  const where = new Vec3(3, 40, 5)
  chunk.setBlockStateId(where, registry.blocksByName.glowstone.defaultState)
  const copy = new Chunk({ minY: -64, worldHeight: 384 })
  copy.load(chunk.dump())
  for (let y = -16; y < 144; y++) {
    for (let x = 0; x < 16; x++) {
      const p = new Vec3(x, y, 5)
      assert.equal(copy.getBlockStateId(p), chunk.getBlockStateId(p))
    }
  }
  assert.equal(nameOf(copy.getBlockStateId(where)), 'glowstone')
})
