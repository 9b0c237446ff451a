import { cell, primitive, str } from './schema.js'
import { placeItem } from '../body/placing.js'

export default (body) => [
  primitive({
    name: 'place',
    doc: 'Place a held block item into a free cell within reach, against any neighbour that allows it. Done when the block is there.',
    args: { item: str('item name'), ...cell() },
    result: { block: str('the block that is there now') },
    errors: {
      no_item: 'not held',
      occupied: 'the cell is not free; message names what is there',
      no_support: 'no solid neighbour to place against',
      out_of_reach: 'too far: go_to(x, y, z, range=3) first',
      not_placed: 'the server did not accept it'
    },
    timeout_s: 15
  }, (args, ctx) => placeItem(body, args, ctx))
]
