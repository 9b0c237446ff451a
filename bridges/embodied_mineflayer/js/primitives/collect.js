import { int, map, num, optional, primitive } from './schema.js'
import { collectItems } from '../body/collecting.js'

export default (body) => [
  primitive({
    name: 'collect',
    doc: 'Walk to the dropped items near and pick them up; returns quickly when there are none. The radius is at most 24 m.',
    args: { radius: optional(num('how far from the feet [m]', { minimum: 1, maximum: 24 }), 8.0) },
    result: { collected: map(int('how many'), 'gained, by item'), left: int('dropped items still near that could not be had') },
    errors: { inventory_full: 'no room for any of them' },
    timeout_s: 30
  }, (args, ctx) => collectItems(body, args, ctx))
]
