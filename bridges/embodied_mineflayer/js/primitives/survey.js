import { int, list, optional, primitive, str } from './schema.js'
import { survey } from '../body/survey.js'

export default (body) => [
  primitive({
    name: 'survey',
    doc: 'The land around as a map from above: the topmost block of each column of cells and its height; nothing below it. ' +
      'By rows from north to south, each from west to east: the column at x, z is entry (z - z0) * size + (x - x0).',
    args: { radius: optional(int('how far from the feet to each side [blocks], at most 64', { minimum: 1, maximum: 64 }), 40) },
    result: {
      x0: int('block x of the western edge'),
      z0: int('block z of the northern edge'),
      size: int('columns to a side'),
      names: list(str('block name'), 'the names that `blocks` points at'),
      blocks: list(int('index into names; -1 where nothing is loaded'), 'size * size entries'),
      heights: list(int('block y of the topmost block [blocks]; 0 where nothing is loaded'), 'size * size entries')
    },
    moves: false,
    timeout_s: 5
  }, ({ radius }, ctx) => survey(body, radius, ctx.signal))
]
