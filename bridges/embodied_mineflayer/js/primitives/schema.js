/** The few JSON Schema shapes that primitives use, and the wire form of a spec. */

export const str = (description) => ({ type: 'string', description })
export const int = (description, limits = {}) => ({ type: 'integer', description, ...limits })
export const num = (description, limits = {}) => ({ type: 'number', description, ...limits })
export const bool = (description) => ({ type: 'boolean', description })
export const list = (items, description) => ({ type: 'array', items, description })
export const map = (values, description) => ({ type: 'object', additionalProperties: values, description })
export const record = (properties) => ({ type: 'object', properties })
export const maybe = (schema) => ({ ...schema, type: [schema.type, 'null'], default: null })
export const optional = (schema, value) => ({ ...schema, default: value })

/** The integer coordinates of a block [blocks, world frame]. */
export const cell = () => ({ x: int('block x'), y: int('block y'), z: int('block z') })

/** Errors that any moving primitive can end with. */
const ALWAYS = { died: 'the body died while doing it' }

/**
 * A primitive: its wire-form spec and what runs. `args` are in call order; those without a default are required.
 * `run(args, ctx)` receives every argument (defaults filled in) and returns the value, or throws a Failure.
 */
export function primitive ({ name, doc, args = {}, result, errors = {}, moves = true, assistance = '', timeout_s = 30 }, run) {
  const required = Object.keys(args).filter((key) => !('default' in args[key]))
  const spec = {
    name,
    doc,
    args: { type: 'object', properties: args, required, additionalProperties: false },
    result: record(result),
    errors: moves ? { ...errors, ...ALWAYS } : errors,
    moves,
    assistance,
    timeout_s
  }
  return { spec, run: (given, ctx) => run(withDefaults(args, given), ctx) }
}

function withDefaults (args, given) {
  const whole = {}
  for (const [key, schema] of Object.entries(args)) whole[key] = given?.[key] ?? schema.default
  return whole
}
