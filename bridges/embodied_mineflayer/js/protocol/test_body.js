// A body without Minecraft, for the tests and the benchmark of the protocol.

import { primitive, num, int } from '../primitives/schema.js'

const until = (signal, ms) => new Promise((resolve, reject) => {
  const timer = setTimeout(done, ms)
  signal.addEventListener('abort', done, { once: true })
  function done () {
    clearTimeout(timer)
    signal.removeEventListener('abort', done)
    if (signal.aborted) reject(signal.reason)
    else resolve({})
  }
})

export function createTestBody (config, hooks) {
  let moves = 0
  const verbs = [
    primitive({ name: 'observe', doc: 'Facts.', args: { since: { ...int('last event seen'), default: 0 } }, result: {}, moves: false }, () => ({ facts: { moves }, notes: {} })),
    primitive({ name: 'read', doc: 'Nothing at all, at once.', result: {}, moves: false }, () => ({})),
    primitive({ name: 'move', doc: 'Counts.', args: { x: num('[m]') }, result: {} }, ({ x }) => ({ x, moves: ++moves })),
    primitive({ name: 'slow', doc: 'Takes a minute.', result: {} }, (_, { signal }) => until(signal, 60_000)),
    primitive({ name: 'block', doc: 'Blocks the event loop.', args: { ms: int('how long [ms]') }, result: {} }, ({ ms }) => {
      const end = Date.now() + ms
      while (Date.now() < end);
      return {}
    }),
    primitive({ name: 'never', doc: 'Never ends, whatever is said to it.', result: {} }, () => new Promise(() => {})),
    primitive({ name: 'crash', doc: 'Throws where nobody catches.', result: {} }, () => {
      setImmediate(() => { throw new Error('a crash on purpose') })
      return {}
    }),
    primitive({ name: 'lose', doc: 'The world goes away.', result: {} }, () => {
      hooks.lost('the test world went away')
      return {}
    })
  ]
  const byName = new Map(verbs.map((verb) => [verb.spec.name, verb]))
  return {
    kind: 'test',
    identity: config.identity ?? 'test body',
    details: {},
    specs: verbs.map(({ spec }) => spec),
    families: [{ name: 'moves', keys: [], kind: 'int', doc: 'How often it moved.', closed: true, default: 0 }],
    run: (name, args, context) => byName.get(name).run(args, context),
    rest: async () => {},
    close () {}
  }
}
