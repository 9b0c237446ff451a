// Checks the arguments of calls against the primitives' JSON Schemas.

import { Ajv2020 } from 'ajv/dist/2020.js'

/** Map of primitives by name: {moves, wrong(args) → what is wrong, or ''}. */
export function compileSpecs (specs) {
  const ajv = new Ajv2020({ strict: false, allErrors: false })
  return new Map(specs.map((spec) => {
    const fits = ajv.compile(spec.args)
    const wrong = (args) => {
      if (args === null || typeof args !== 'object' || Array.isArray(args)) return `${spec.name}(): args must be a map`
      if (!finite(args)) return `${spec.name}(): numbers must be finite`
      if (fits(args)) return ''
      const [{ instancePath, message, params }] = fits.errors
      return `${spec.name}(): ${instancePath.slice(1) || 'args'} ${message}${params?.additionalProperty ? ` ('${params.additionalProperty}')` : ''}`
    }
    return [spec.name, { moves: spec.moves, wrong }]
  }))
}

function finite (value) {
  if (typeof value === 'number') return Number.isFinite(value)
  return value === null || typeof value !== 'object' || Object.values(value).every(finite)
}
