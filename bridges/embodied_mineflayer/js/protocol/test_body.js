import { Failure } from '../body/failure.js'

const NOTHING = { type: 'object', properties: {}, required: [], additionalProperties: false }
const spec = (name, moves, doc, more = {}) =>
  ({ name, doc, args: NOTHING, result: { type: 'object' }, errors: {}, moves, assistance: '', timeout_s: 30, ...more })
const one = (name, type) => ({ ...NOTHING, properties: { [name]: { type } }, required: [name] })

const SPECS = [
  spec('observe', false, 'What is known.', { args: { ...NOTHING, properties: { since: { type: 'integer', default: 0 } } } }),
  spec('read', false, 'Returns at once.'),
  spec('count', true, 'Counts how often it was called.'),
  spec('move', true, 'Moves by x.', { args: one('x', 'number'), errors: { wall: 'there is a wall' } }),
  spec('slow', true, 'Ends when it is aborted.'),
  spec('block', true, 'Blocks the event loop.', { args: one('ms', 'integer') }),
  spec('never', true, 'Never settles, and does not hear that it is aborted.'),
  spec('deaf', true, 'Ends after some time, and does not hear that it is aborted.', { args: one('ms', 'integer') }),
  spec('crash', false, 'Throws where nobody catches.'),
  spec('odd', false, 'Returns what cannot be sent.'),
  spec('huge', false, 'Returns more than a message may hold.'),
  spec('shout', false, 'Tells events that no message can carry.'),
  spec('xray', false, 'Sees through walls.', { assistance: 'looks through walls' }),
  spec('lose', false, 'Loses the body.')
]

const FAMILIES = [
  { name: 'x', keys: [], kind: 'float', doc: 'Position [m].', closed: false, default: null },
  { name: 'rests', keys: [], kind: 'int', doc: 'How often it came to rest.', closed: true, default: 0 }
]

/** A body without a world, for tests of the protocol over real sockets. */
export async function createBody (config, hooks) {
  if (config.failure) throw new Failure(config.failure, 'the test asked for it')
  const facts = { x: 0, rests: 0 }
  let calls = 0
  const verbs = {
    observe: () => ({ facts: { ...facts } }),
    read: () => ({}),
    count: () => ({ calls: ++calls }),
    move: ({ x }) => {
      if (x > 100) throw new Failure('wall', 'there is a wall at 100 m', { at: 100 })
      facts.x += x
      hooks.event('moved', { x: facts.x })
      return { x: facts.x }
    },
    slow: (_, { signal, progress }) => new Promise((resolve, reject) => {
      progress({ begun: true })
      signal.addEventListener('abort', () => reject(signal.reason))
    }),
    block: ({ ms }) => {
      for (const until = performance.now() + ms; performance.now() < until;);
      return {}
    },
    deaf: ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms, {})),
    never: () => new Promise(() => {}),
    crash: () => {
      setImmediate(() => { throw new Error('a bug in the body') })
      return {}
    },
    odd: () => ({ call: () => {} }),
    huge: () => ({ text: 'x'.repeat(2_000_000) }),
    shout: () => {
      hooks.event('long', { text: 'x'.repeat(2_000_000) })
      hooks.event('big', { number: 2n ** 70n })
      hooks.event('cut', { text: 'a\ud83d' })
      return { text: '\ude00b' }
    },
    xray: (_, { assist }) => {
      assist('xray')
      return {}
    },
    lose: () => {
      hooks.lost('the test closed the connection')
      return {}
    }
  }
  return {
    kind: 'test',
    identity: 't-1',
    details: {},
    specs: SPECS,
    families: FAMILIES,
    run: async (name, args, context) => verbs[name](args, context),
    rest: async () => { facts.rests++ },
    close: () => {}
  }
}
