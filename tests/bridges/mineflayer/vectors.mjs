// node vectors.mjs CORE_JS VECTORS_DIR: the JavaScript bridge keeps the protocol's test vectors, as the Python one does.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const [, , corePath, folder] = process.argv
const { BridgeCore } = await import(pathToFileURL(corePath))
const { encode } = createRequire(corePath)('@msgpack/msgpack')

const args = (required = [], properties = {}) => ({ type: 'object', properties, required, additionalProperties: false })
const spec = (name, moves, schema) => ({ name, doc: '', args: schema, result: { type: 'object' }, errors: {}, moves, assistance: '', timeout_s: 30 })
const primitives = [
  spec('read', false, args()),
  spec('observe', false, args([], { since: { type: 'integer' } })),
  spec('move', true, args(['x'], { x: { type: 'number' } })),
  spec('slow', true, args())
]

function play (core, step) {
  if ('at' in step) return core.advance(step.at)
  if ('recv' in step) return core.receive(step.from, encode(step.recv))
  if ('raw' in step) return core.receive(step.from, Buffer.from(step.raw, 'hex'))
  switch (step.body) {
    case 'done': return core.bodyDone(step.session, step.id, step.value, step.assistance)
    case 'fail': return core.bodyFailed(step.session, step.id, step.error)
    case 'progress': return core.bodyProgress(step.session, step.id, step.value)
    case 'event': return core.bodyEvent(step.type, step.data)
    case 'rest': return core.bodyRests()
    case 'alive': return core.bodyAlive()
    case 'stuck': return core.bodyStuck(step.stuck)
    case 'lost': return core.bodyLost(step.reason)
    default: throw new Error(`unknown step ${JSON.stringify(step)}`)
  }
}

/** Every key that is wanted is there and fits; lists and other values are equal. */
function fits (want, have) {
  if (want === null || typeof want !== 'object' || Array.isArray(want)) return JSON.stringify(want) === JSON.stringify(have)
  return typeof have === 'object' && have !== null && Object.keys(want).every((key) => key in have && fits(want[key], have[key]))
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
  test(file, () => {
    let sessions = 0
    const hello = { body: { kind: 'test', identity: 't-1', details: {} }, primitives, families: [] }
    const core = new BridgeCore(hello, () => `s${++sessions}`, 2000)
    for (const [number, step] of JSON.parse(readFileSync(join(folder, file))).steps.entries()) {
      const got = play(core, step)
      const want = step.expect ?? []
      const shown = `step ${number} ${JSON.stringify(step).slice(0, 600)}\n got ${JSON.stringify(got).slice(0, 2000)}`
      assert.equal(got.length, want.length, shown)
      want.forEach((each, index) => assert.ok(fits(each, got[index]), shown))
    }
  })
}
