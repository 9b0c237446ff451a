import Ajv from 'ajv/dist/2020.js'
import { isMap } from './envelope.js'
import { didYouMean } from './spelling.js'

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

function finite (value) {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'object' || value === null || value instanceof Uint8Array || Object.values(value).every(finite)
}
