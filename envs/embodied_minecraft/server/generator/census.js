'use strict'
// Counts what the world holds and writes data/world_blocks.json: node census.js [output file].
// Needs the server's packages (run it where node_modules is beside or above, or with NODE_PATH).
//
// For each block: count_per_chunk; exposed_per_chunk (with a face to air or water); chunks_with: share of
// chunks with an exposed one; biomes: where it is at least a twentieth as dense as in its best biome;
// y: from the first to the last hundredth of all that were counted; rarity by chunks_with.
const fs = require('fs')
const path = require('path')
const { BOTTOM, TOP } = require('./density')

const SEEDS = 20
const AREAS = 9 // squares of chunks per seed, spread over about 1200 blocks
const SIDE = 5

function count (registry, makeGenerator) {
  const size = Math.max(...registry.blocksArray.map(b => b.maxStateId)) + 1
  const blockOf = new Uint16Array(size)
  const see = new Uint8Array(size)
  for (const b of registry.blocksArray) {
    for (let s = b.minStateId; s <= b.maxStateId; s++) {
      blockOf[s] = b.id
      see[s] = ['air', 'cave_air', 'water'].includes(b.name) ? 1 : 0
    }
  }
  const tally = { chunks: 0, columns: {}, blocks: new Map() }
  for (let seed = 1; seed <= SEEDS; seed++) {
    const generate = makeGenerator({ registry, seed })
    for (let area = 0; area < AREAS; area++) {
      const ax = ((area % 3) - 1) * 28; const az = (Math.floor(area / 3) - 1) * 28
      for (let i = 0; i < SIDE * SIDE; i++) chunk(generate, ax + i % SIDE, az + Math.floor(i / SIDE), tally, blockOf, see)
    }
  }
  return tally
}

function chunk (generate, cx, cz, tally, blockOf, see) {
  const blocks = generate.blocksOf(cx, cz)
  const biomes = Array.from({ length: 256 }, (_, c) => generate.biomeAt(cx * 16 + (c & 15), cz * 16 + (c >> 4)))
  tally.chunks++
  for (const b of biomes) tally.columns[b] = (tally.columns[b] ?? 0) + 1
  const seen = new Set()
  for (let i = 0; i < blocks.length; i++) {
    const id = blockOf[blocks[i]]
    if (see[blocks[i]] && id === 0) continue
    let row = tally.blocks.get(id)
    if (!row) tally.blocks.set(id, row = { count: 0, exposed: 0, chunks: 0, heights: new Uint32Array(TOP - BOTTOM), biomes: {} })
    row.count++
    row.heights[i >> 8]++
    const biome = biomes[i & 255]
    row.biomes[biome] = (row.biomes[biome] ?? 0) + 1
    const x = i & 15; const z = (i >> 4) & 15
    if (see[blocks[i + 256]] || see[blocks[i - 256]] || (x > 0 && see[blocks[i - 1]]) || (x < 15 && see[blocks[i + 1]]) ||
        (z > 0 && see[blocks[i - 16]]) || (z < 15 && see[blocks[i + 16]])) {
      row.exposed++
      seen.add(row)
    }
  }
  for (const row of seen) row.chunks++
}

function quantile (heights, share) {
  const limit = heights.reduce((a, b) => a + b) * share
  let sum = 0
  return BOTTOM + heights.findIndex(n => (sum += n) > limit)
}

function report (registry, tally) {
  const out = {}
  for (const [id, row] of tally.blocks) {
    const { name } = registry.blocks[id]
    if (['air', 'cave_air'].includes(name)) continue
    const density = Object.entries(row.biomes).map(([b, n]) => [b, n / tally.columns[b]])
    const best = Math.max(...density.map(d => d[1]))
    const share = row.chunks / tally.chunks
    out[name] = {
      rarity: share >= 0.2 ? 'common' : share >= 0.03 ? 'uncommon' : 'rare',
      count_per_chunk: Number((row.count / tally.chunks).toPrecision(3)),
      exposed_per_chunk: Number((row.exposed / tally.chunks).toPrecision(3)),
      chunks_with: Number(share.toPrecision(3)),
      biomes: density.filter(d => d[1] >= best / 20).map(d => d[0]).sort(),
      y: [quantile(row.heights, 0.01), quantile(row.heights, 0.99)]
    }
  }
  return Object.fromEntries(Object.entries(out).sort(([a], [b]) => a < b ? -1 : 1))
}

function main () {
  const registry = require('prismarine-registry')('1.20.4')
  const tally = count(registry, require('./index'))
  const rows = Object.entries(report(registry, tally)).map(([name, row]) => `  ${JSON.stringify(name)}: ${JSON.stringify(row)}`)
  const file = process.argv[2] ?? path.join(__dirname, '..', '..', 'data', 'world_blocks.json')
  fs.writeFileSync(file, `{\n${rows.join(',\n')}\n}\n`)
  const columns = Object.entries(tally.columns).sort((a, b) => b[1] - a[1]).map(([b, n]) => `${b} ${(n / tally.chunks / 2.56).toFixed(1)}%`)
  console.log(`${rows.length} kinds of blocks in ${tally.chunks} chunks of ${SEEDS} seeds. Biomes: ${columns.join(', ')}`)
}

if (require.main === module) main()
