import { bool, cell, maybe, num, optional, primitive, str } from './schema.js'
import { digBlock } from '../body/digging.js'

export default (body) => [
  primitive({
    name: 'dig',
    doc: 'Dig the block at a cell within reach (about 4.5 m), with the best tool held unless `tool` names one. ' +
      'Done when the block is gone; call collect() for what it dropped. With harvest=False it is dug even if it will drop nothing.',
    args: {
      ...cell(),
      tool: maybe(str('item to dig with; None = the best held')),
      harvest: optional(bool('refuse when the tool would not make it drop anything'), true)
    },
    result: { block: str('the block that was dug'), seconds: num('how long it took [s]') },
    errors: {
      not_there: 'the cell is air, water or lava',
      out_of_reach: 'too far: go_to(x, y, z, range=3) first',
      not_diggable: 'bedrock or the like',
      cannot_harvest: 'no held tool makes it drop anything; value.tools names those that do',
      blocked_view: 'another block is in the way; value.block names it, value.x, y, z is its cell',
      no_item: 'the named tool is not held',
      not_dug: 'the server put the block back'
    },
    timeout_s: 40
  }, (args, ctx) => digBlock(body, args, ctx))
]
