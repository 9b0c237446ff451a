import { bool, int, list, map, maybe, num, optional, primitive, record, str } from './schema.js'

const corner = (words) => list(num('x, y or z [m, world frame]'), words)
const boxes = (words) => optional(list(record({ low: corner('least'), high: corner('most') }), words), [])
const names = (words) => optional(list(str('name; * stands for anything'), words), [])

export default (body) => [
  primitive({
    name: 'take_rules',
    doc: 'Take over the rules of a person that hold from now on, all at once: what is left out is lifted.',
    args: {
      no_dig_down: optional(bool('never dig the blocks under the feet'), false),
      stay_out: boxes('boxes that neither the body nor its hands enter'),
      stay_in: boxes('boxes that the body does not leave'),
      lowest: maybe(num('no cell below this y is entered')),
      highest: maybe(num('no cell above this y is entered')),
      no_touch: names('blocks that are not dug'),
      no_dig: boxes('boxes in which nothing is dug'),
      no_place: names('items that are not placed, emptied or used'),
      no_build: boxes('boxes in which nothing is placed'),
      no_attack: names('kinds of entities that are not hit; "animal" is every animal'),
      keep: optional(map(int('how many'), 'of these items so many are left'), {})
    },
    moves: false,
    result: {}
  }, (args) => {
    body.rules.take(args)
    return {}
  })
]
