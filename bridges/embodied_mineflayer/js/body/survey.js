import { isAir } from './blocks.js'
import { breathe } from './waiting.js'

const SLICE_MS = 8
const NOTHING = -1

/**
 * The land from above, as far as it is loaded: for each column of cells around the body the topmost block that is not air.
 *
 * `blocks` and `heights` go by rows from north to south, each from west to east; where no chunk is loaded, or a column is
 * empty, the block is -1 and the height 0.
 */
export async function survey (body, radius, signal) {
  const { bot } = body
  const { x, z } = bot.entity.position.floored()
  const land = { x0: x - radius, z0: z - radius, size: 2 * radius + 1, names: [], blocks: [], heights: [] }
  land.blocks = new Array(land.size ** 2).fill(NOTHING)
  land.heights = new Array(land.size ** 2).fill(0)
  const palette = new Map()
  let sliceStart = performance.now()
  for (let cz = land.z0 >> 4; cz <= (z + radius) >> 4; cz++) {
    for (let cx = land.x0 >> 4; cx <= (x + radius) >> 4; cx++) {
      const column = bot.world.getColumn(cx, cz)
      if (column) surveyChunk(body, column, cx * 16, cz * 16, land, palette)
      if (performance.now() - sliceStart > SLICE_MS) {
        await breathe()
        if (signal?.aborted) throw signal.reason
        sliceStart = performance.now()
      }
    }
  }
  return land
}

function surveyChunk (body, column, chunkX, chunkZ, land, palette) {
  const sections = sectionsFromTheTop(body, column)
  for (let z = Math.max(chunkZ, land.z0); z < Math.min(chunkZ + 16, land.z0 + land.size); z++) {
    for (let x = Math.max(chunkX, land.x0); x < Math.min(chunkX + 16, land.x0 + land.size); x++) {
      const top = topOf(body, sections, ((z & 15) << 4) | (x & 15))
      if (!top) continue
      const cell = (z - land.z0) * land.size + (x - land.x0)
      land.blocks[cell] = indexOf(body.table.names[top.state], land.names, palette)
      land.heights[cell] = top.y
    }
  }
}

/** The sections of a chunk that hold anything but air, the highest first. */
function sectionsFromTheTop (body, column) {
  const bottom = column.minY ?? 0
  return column.sections
    .map((section, i) => ({ data: section?.data, y0: bottom + i * 16 }))
    .filter(({ data }) => data && !onlyAir(body, data))
    .reverse()
}

function onlyAir (body, data) {
  if (data.palette) return data.palette.every((state) => isAir(body, state))
  return data.value !== undefined && isAir(body, data.value)
}

function topOf (body, sections, cell) {
  for (const { data, y0 } of sections) {
    for (let y = 15; y >= 0; y--) {
      const state = data.get((y << 8) | cell)
      if (!isAir(body, state)) return { state, y: y0 + y }
    }
  }
  return null
}

function indexOf (name, names, palette) {
  let index = palette.get(name)
  if (index === undefined) {
    index = names.push(name) - 1
    palette.set(name, index)
  }
  return index
}
