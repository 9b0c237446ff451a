import Ajv from 'ajv/dist/2020.js'
import { isMap } from './envelope.js'

/** The body of a result that refuses or failed. */
export function refusal (code, message, data = undefined) {
  return { ok: false, error: data === undefined ? { code, message } : { code, message, data } }
}

/** A function of a call's arguments: what is wrong with them, or ''. Schemas are the body's own, never a peer's. */
export function argumentCheck (spec) {
  const validate = new Ajv({ strict: false }).compile(spec.args)
  return (args) => {
    if (!isMap(args)) return `${spec.name}(): args must be a map`
    if (!finite(args)) return `${spec.name}(): numbers must be finite`
    return validate(args) ? '' : explain(spec, validate.errors[0])
  }
}

function explain (spec, error) {
  const where = error.instancePath.slice(1).replaceAll('/', '.')
  const extra = error.params?.additionalProperty
  const known = Object.keys(spec.args.properties ?? {})
  if (extra !== undefined) {
    return `${spec.name}(): there is no argument '${extra.slice(0, 64)}'. ${didYouMean(extra, known)}`.trimEnd() + ` It takes ${known.join(', ') || 'none'}.`
  }
  return `${spec.name}(): ${where ? `argument ${where} ` : ''}${error.message}`
}

/** A sentence naming the nearest known names, or ''. */
export function didYouMean (wrong, known) {
  const word = wrong.slice(0, 64)
  const near = [...known]
    .map((name) => ({ name, likeness: 1 - distance(word, name) / Math.max(word.length, name.length) }))
    .filter(({ likeness }) => likeness >= 0.55)
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, 3)
  return near.length ? `Did you mean ${near.map(({ name }) => `'${name}'`).join(' or ')}?` : ''
}

/** Levenshtein's edit distance. */
function distance (one, other) {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[other.length]
}

function finite (value) {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.values(value).every(finite)
}
