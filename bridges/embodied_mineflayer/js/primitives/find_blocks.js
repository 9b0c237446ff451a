import { cell, bool, int, list, num, optional, primitive, record, str } from './schema.js'
import { findExposed, findHidden } from '../body/search.js'
import { describeBlock } from '../body/blocks.js'
import { Failure } from '../body/failure.js'

const found = { blocks: list(record({ name: str('block name'), ...cell(), distance: num('from the feet [m]') }), 'nearest first') }
const query = {
  names: list(str('block name'), 'block names, e.g. ["oak_log", "birch_log"]'),
  radius: optional(int('how far from the feet [m], at most 128', { minimum: 1, maximum: 128 }), 32),
  count: optional(int('at most this many', { minimum: 1, maximum: 256 }), 16)
}

export default (body) => [
  primitive({
    name: 'find_blocks',
    doc: 'The nearest blocks of these names that have a face open to air, water or plants; never looks through stone. ' +
      'The radius is at most 128 m from the feet, and land that is not loaded is not seen; count is at most 256. ' +
      'An empty list means none in radius.',
    args: query,
    result: found,
    errors: { unknown_block: 'a name is no block of this version' },
    moves: false,
    timeout_s: 10
  }, async (args, ctx) => ({ blocks: await findExposed(body, checkNames(body, args), ctx.signal) })),

  primitive({
    name: 'find_hidden_blocks',
    doc: 'Like find_blocks, but also sees blocks enclosed in stone. Assistance: refused unless the launch file allows it.',
    args: query,
    result: found,
    errors: { unknown_block: 'a name is no block of this version', not_allowed: 'looking through stone is off in this run' },
    moves: false,
    assistance: 'x-ray',
    timeout_s: 10
  }, async (args, ctx) => {
    if (!body.config.allow_hidden_search) {
      throw new Failure('not_allowed', 'looking through stone is off in this run; use find_blocks and explore')
    }
    checkNames(body, args)
    ctx.assist?.('x-ray')
    return { blocks: await findHidden(body, args, ctx.signal) }
  }),

  primitive({
    name: 'block_at',
    doc: 'What is at a cell. A block that is not loaded or has solid blocks on all six sides is "unknown", with solid, diggable and ' +
      'liquid False: not known to be free. Air, water and lava are always told; lava has liquid=True.',
    args: cell(),
    result: {
      name: str('block name, "air", or "unknown"'),
      known: bool('false where name is "unknown"'),
      solid: bool('a body cannot pass'),
      diggable: bool('can be dug'),
      liquid: bool('water or lava'),
      exposed: bool('has a face open to air, water or plants')
    },
    moves: false,
    timeout_s: 5
  }, ({ x, y, z }) => describeBlock(body, x, y, z))
]

function checkNames (body, args) {
  for (const name of args.names) {
    if (!body.registry.blocksByName[name]) throw new Failure('unknown_block', `"${name}" is no block of Minecraft ${body.version}`)
  }
  return args
}
