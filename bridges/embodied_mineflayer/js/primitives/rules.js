import { bool, list, num, optional, primitive, record, str } from './schema.js'

const corner = (words) => list(num('x, y or z [m, world frame]'), words)

export default (body) => [
  primitive({
    name: 'take_rules',
    doc: 'Take over the rules of a person that hold from now on, all at once: what is left out is lifted.',
    args: {
      no_dig_down: optional(bool('never dig the blocks under the feet'), false),
      stay_out: optional(list(record({ low: corner('least'), high: corner('most') }), 'boxes that the body does not enter'), []),
      no_touch: optional(list(str('block name'), 'blocks that are not dug'), [])
    },
    moves: false,
    result: {}
  }, (args) => {
    body.rules.take(args)
    return {}
  })
]
