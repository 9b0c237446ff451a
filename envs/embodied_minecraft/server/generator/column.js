'use strict'
// Puts an array of block states into a prismarine chunk, whole sections at a time: a palette and packed
// indices are built here, because 40 000 calls of setBlockStateId cost ten times as much.
const { BOTTOM, TOP } = require('./density')
const { FLAG } = require('./palette')

const LOWEST = -64 // the overworld of 1.18 and later
const FIRST = (BOTTOM - LOWEST) >> 4
const SECTIONS = (TOP - BOTTOM) >> 4

function makeEncoder (registry, palette) {
  const Chunk = require('prismarine-chunk')(registry)
  const { IndirectPaletteContainer } = require('prismarine-chunk/src/pc/common/PaletteContainer')
  const BitArray = require('prismarine-chunk/src/pc/common/BitArrayNoSpan')
  const slot = new Int16Array(palette.size).fill(-1)

  function section (Section, blocks, start, maxBitsPerBlock) {
    const states = []
    let filled = 0
    for (let i = start; i < start + 4096; i++) {
      const id = blocks[i]
      if (id !== 0) filled++
      if (slot[id] < 0) { slot[id] = states.length; states.push(id) }
    }
    const made = states.length === 1
      ? new Section({ singleValue: states[0], maxBitsPerBlock })
      : new Section({ data: packed(states, blocks, start, maxBitsPerBlock), solidBlockCount: filled, maxBitsPerBlock })
    for (const id of states) slot[id] = -1
    return made
  }

  function packed (states, blocks, start, maxBitsPerBlock) {
    const bits = Math.max(4, 32 - Math.clz32(states.length - 1))
    if (bits > 8) throw new Error(`A section has ${states.length} kinds of block states; at most 256 fit.`)
    const data = new BitArray({ bitsPerValue: bits, capacity: 4096 })
    const each = Math.floor(64 / bits)
    const words = data.data
    let i = start
    for (let long = 0; i < start + 4096; long++) {
      let low = 0; let high = 0
      for (let k = 0, bit = 0; k < each && i < start + 4096; k++, bit += bits, i++) {
        const v = slot[blocks[i]]
        if (bit >= 32) high |= v << (bit - 32)
        else {
          low |= v << bit
          if (bit + bits > 32) high |= v >>> (32 - bit)
        }
      }
      words[long * 2] = low
      words[long * 2 + 1] = high
    }
    return new IndirectPaletteContainer({ data, palette: states, maxBits: 8, maxBitsPerBlock })
  }

  /** Sky light falls straight down: full above the topmost block that stops it, one less per block of leaves or water. */
  function skyLight (chunk, blocks) {
    const light = Array.from({ length: SECTIONS + 1 }, () => new Uint32Array(512))
    light[SECTIONS].fill(0xffffffff)
    for (let c = 0; c < 256; c++) {
      let level = 15
      for (let y = TOP - BOTTOM - 1; y >= 0 && level > 0; y--) {
        const f = palette.flags[blocks[(y << 8) | c]]
        if (f & FLAG.solid) break
        if (f & (FLAG.leaf | FLAG.fluid)) level--
        const i = ((y & 15) << 8) | c
        light[y >> 4][i >> 3] |= level << ((i & 7) * 4)
      }
    }
    light.forEach((data, k) => {
      const array = new BitArray({ bitsPerValue: 4, capacity: 4096 })
      array.data = data
      chunk.skyLightMask.set(FIRST + k + 1, 1)
      chunk.skyLightSections[FIRST + k + 1] = array
    })
  }

  /** Biomes are kept for cells of 4 by 4 by 4 blocks: cells(x, y, z of the cell) gives an id. */
  function biomes (chunk, surface, cave) {
    for (let k = 0; k < chunk.biomes.length; k++) {
      const y = LOWEST + k * 16
      const ids = y < 32 && y >= BOTTOM && cave ? cave : surface
      const same = ids.every(id => id === ids[0])
      const made = new chunk.biomes[k].constructor({ singleValue: ids[0] })
      if (!same) for (let i = 0; i < 64; i++) made.set({ x: i & 3, y: i >> 4, z: (i >> 2) & 3 }, ids[i & 15])
      chunk.biomes[k] = made
    }
  }

  return function encode (blocks, surfaceBiomes, caveBiomes) {
    const chunk = new Chunk({ minY: LOWEST, worldHeight: 384 })
    for (let k = 0; k < SECTIONS; k++) {
      chunk.sections[FIRST + k] = section(Chunk.section, blocks, k * 4096, chunk.maxBitsPerBlock)
    }
    skyLight(chunk, blocks)
    biomes(chunk, surfaceBiomes, caveBiomes)
    return chunk
  }
}

module.exports = { makeEncoder }
