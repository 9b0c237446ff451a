import { int, map, primitive } from './schema.js'

export default (body) => [
  primitive({
    name: 'observe',
    doc: 'The facts now (families in the spec) and notes for a reader; cheap, and may be called at any time.',
    args: { since: { ...int('number of the last event seen; the bridge adds the later ones'), default: 0 } },
    result: { facts: map({}, 'values by family'), notes: map({}, 'remarks for a reader') },
    moves: false,
    timeout_s: 5
  }, () => body.facts.observe())
]
