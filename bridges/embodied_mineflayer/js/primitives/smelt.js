import { cell, int, maybe, optional, primitive, str } from './schema.js'
import { smeltItem } from '../body/smelting.js'

export default (body) => [
  primitive({
    name: 'smelt',
    doc: 'Smelt `count` of an item in the furnace at x, y, z (within reach), wait, and take the output. About 10 s per item: at most 16 at a time.',
    args: {
      ...cell(),
      item: str('what goes in, e.g. "raw_iron"'),
      fuel: str('what burns, e.g. "coal" or "oak_planks"'),
      count: optional(int('how many', { minimum: 1, maximum: 64 }), 1),
      fuel_count: maybe(int('how much fuel; None = the smallest amount that is enough', { minimum: 1, maximum: 64 }))
    },
    result: { smelted: int('how many were taken out'), output: str('the item that came out') },
    errors: {
      no_furnace: 'no furnace at that cell, or out of reach',
      no_input: 'not enough of the item is held; message says how many are',
      no_fuel: 'not enough of the fuel is held; message says how many are needed',
      not_fuel: 'that does not burn',
      not_smeltable: 'the furnace does nothing with it',
      busy_furnace: 'the furnace holds something else and the inventory has no room for it',
      unknown_item: 'no such item in this version'
    },
    timeout_s: 180
  }, (args, ctx) => smeltItem(body, args, ctx))
]
