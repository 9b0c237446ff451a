'use strict'
// The land under the map: surveys are painted into tiles, one pixel a column, so that what was once seen stays.
const TILE = 64
const TILES_KEPT = 600
const COLOURS = {
  grass_block: [112, 158, 70], dirt: [134, 96, 67], coarse_dirt: [119, 85, 59], podzol: [122, 86, 44], mycelium: [111, 99, 105],
  stone: [125, 125, 125], gravel: [131, 127, 126], sand: [219, 207, 163], red_sand: [190, 102, 33], clay: [160, 166, 179],
  water: [63, 104, 190], lava: [222, 98, 24], ice: [160, 190, 240], snow: [240, 248, 250], mud: [60, 57, 60],
  short_grass: [122, 170, 76], tall_grass: [122, 170, 76], fern: [106, 150, 72], dead_bush: [150, 120, 70], lily_pad: [40, 120, 50],
  cactus: [80, 130, 40], sugar_cane: [150, 190, 100], pumpkin: [200, 120, 30], melon: [115, 150, 35],
  spruce_leaves: [52, 84, 52], birch_leaves: [106, 140, 72], dark_oak_leaves: [52, 96, 32], cherry_leaves: [229, 172, 194],
  acacia_leaves: [124, 140, 44], jungle_leaves: [48, 130, 24], crafting_table: [150, 100, 50], furnace: [90, 90, 90]
}
const WORDS = [['leaves', [66, 118, 40]], ['leaf', [66, 118, 40]], ['log', [104, 82, 50]], ['wood', [104, 82, 50]],
  ['planks', [162, 130, 78]], ['sandstone', [216, 203, 155]], ['terracotta', [152, 94, 67]], ['water', COLOURS.water],
  ['seagrass', COLOURS.water], ['kelp', COLOURS.water], ['lava', COLOURS.lava], ['ice', COLOURS.ice], ['snow', COLOURS.snow],
  ['sand', COLOURS.sand], ['grass', COLOURS.grass_block], ['moss', [89, 109, 45]], ['mushroom', [150, 100, 80]],
  ['flower', [150, 160, 80]], ['tulip', [150, 160, 80]], ['ore', [140, 130, 120]], ['deepslate', [80, 80, 83]],
  ['stone', COLOURS.stone], ['andesite', COLOURS.stone], ['diorite', [188, 188, 188]], ['granite', [149, 103, 86]],
  ['dirt', COLOURS.dirt], ['bedrock', [85, 85, 85]]]
const PLANT = [128, 160, 80]

const known = new Map()
function colourOf (name) {
  if (!known.has(name)) {
    const word = WORDS.find(([part]) => name.includes(part))
    known.set(name, Object.hasOwn(COLOURS, name) ? COLOURS[name] : word ? word[1] : PLANT)
  }
  return known.get(name)
}

/** Brighter where the ground rises to the south and east, and a little brighter the higher it is. */
function shade (land, cell) {
  const { size, heights, blocks } = land
  const height = heights[cell]
  const before = [cell >= size ? cell - size : cell, cell % size ? cell - 1 : cell].filter((at) => blocks[at] >= 0)
  const slope = before.reduce((sum, at) => sum + height - heights[at], 0)
  const high = Math.max(0, Math.min(1, (height - 50) / 60))
  return (0.88 + 0.2 * high) * (1 + 0.07 * Math.max(-4, Math.min(4, slope)))
}

const tiles = new Map()
function tileAt (tx, tz) {
  const key = `${tx},${tz}`
  let tile = tiles.get(key)
  if (!tile) {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = TILE
    tile = { x: tx * TILE, z: tz * TILE, canvas, pixels: new ImageData(TILE, TILE) }
    if (tiles.size >= TILES_KEPT) tiles.delete(tiles.keys().next().value)
    tiles.set(key, tile)
  }
  return tile
}

/** Paint one survey: {x0, z0, size, names, blocks, heights}. */
function takeSurvey (land) {
  const touched = new Set()
  for (let cell = 0; cell < land.blocks.length; cell++) {
    const name = land.names[land.blocks[cell]]
    if (name === undefined) continue
    const x = land.x0 + cell % land.size
    const z = land.z0 + Math.floor(cell / land.size)
    const tile = tileAt(Math.floor(x / TILE), Math.floor(z / TILE))
    const factor = shade(land, cell)
    const spot = 4 * ((z - tile.z) * TILE + (x - tile.x))
    colourOf(name).forEach((part, i) => { tile.pixels.data[spot + i] = part * factor })
    tile.pixels.data[spot + 3] = 255
    touched.add(tile)
  }
  for (const { canvas, pixels } of touched) canvas.getContext('2d').putImageData(pixels, 0, 0)
}

/** Draw what is known; `px` and `pz` say where a place [blocks] lies on the canvas. */
function drawLand (pen, px, pz, unit) {
  pen.imageSmoothingEnabled = false
  for (const { x, z, canvas } of tiles.values()) pen.drawImage(canvas, px(x), pz(z), TILE * unit, TILE * unit)
}
