'use strict'
// Block state ids from names and properties, by the registry's own tables.

/** state('oak_log', {axis: 'y'}): the id; properties not named keep the block's default. */
function stateReader (registry) {
  return function state (name, properties = {}) {
    const block = registry.blocksByName[name]
    if (!block) throw new Error(`No block "${name}" in Minecraft ${registry.version.minecraftVersion}; use a name of blocksByName.`)
    const digits = digitsOf(block.states, block.defaultState - block.minStateId)
    for (const [key, value] of Object.entries(properties)) {
      const at = block.states.findIndex(s => s.name === key)
      if (at < 0) throw new Error(`Block "${name}" has no property "${key}"; it has ${block.states.map(s => s.name).join(', ') || 'none'}.`)
      digits[at] = digitOf(name, block.states[at], value)
    }
    return block.minStateId + block.states.reduce((sum, s, i) => sum * s.num_values + digits[i], 0)
  }
}

function digitsOf (states, offset) {
  const digits = new Array(states.length)
  for (let i = states.length - 1; i >= 0; i--) {
    digits[i] = offset % states[i].num_values
    offset = Math.floor(offset / states[i].num_values)
  }
  return digits
}

function digitOf (name, property, value) {
  // The registry lists true before false and gives booleans no `values`.
  const values = property.type === 'bool' ? ['true', 'false'] : property.values
  const digit = values.indexOf(String(value))
  if (digit < 0) throw new Error(`"${name}" cannot have ${property.name}=${value}; one of ${values.join(', ')} is expected.`)
  return digit
}

module.exports = { stateReader }
