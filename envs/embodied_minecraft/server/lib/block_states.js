'use strict'
// Block states by the names of their properties, as minecraft-data lists them.

module.exports = function blockStates (registry) {
  function valueIndex (state, value) {
    if (state.type === 'bool') return String(value) === 'true' ? 0 : 1
    if (state.values) return state.values.indexOf(String(value))
    return Number(value)
  }

  function read (state, index) {
    if (state.type === 'bool') return index === 0
    return state.values ? state.values[index] : index
  }

  /** Properties of a state id, for instance {facing: 'north', lit: false}. */
  function properties (stateId) {
    const block = registry.blocksByStateId[stateId]
    const found = {}
    let rest = stateId - block.minStateId
    for (const state of [...block.states].reverse()) {
      found[state.name] = read(state, rest % state.num_values)
      rest = Math.floor(rest / state.num_values)
    }
    return found
  }

  /** The state id of a block with some properties set; what the block does not have is ignored. */
  function stateId (name, wanted = {}, base = undefined) {
    const block = registry.blocksByName[name]
    const all = { ...properties(base ?? block.defaultState), ...wanted }
    let offset = 0
    for (const state of block.states) {
      const index = valueIndex(state, all[state.name])
      if (index < 0 || index >= state.num_values) return block.defaultState
      offset = offset * state.num_values + index
    }
    return block.minStateId + offset
  }

  const has = (name, property) => registry.blocksByName[name].states.some(state => state.name === property)
  return { properties, stateId, has }
}
