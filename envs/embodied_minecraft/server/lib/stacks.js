'use strict'
// Stacks of items: the one place that copies, compares and splits them. An empty slot is null.

module.exports = function stacks (registry) {
  const Item = require('prismarine-item')(registry)

  const make = (name, count = 1) => {
    const known = registry.itemsByName[name]
    if (!known) throw new Error(`no item is called '${name}'; expected a name of minecraft-data's items`)
    return new Item(known.id, count)
  }

  const copy = (stack, count = stack.count) => {
    const nbt = stack.nbt ? JSON.parse(JSON.stringify(stack.nbt)) : null
    return new Item(stack.type, count, stack.metadata, nbt)
  }

  const damageOf = stack => stack.nbt?.value?.Damage?.value ?? 0
  const sameKind = (a, b) => a !== null && b !== null && a.type === b.type && damageOf(a) === damageOf(b)
  const equal = (a, b) => (a === null || b === null) ? a === b : sameKind(a, b) && a.count === b.count
  const orNull = stack => stack && stack.count > 0 ? stack : null
  const toNetwork = stack => Item.toNotch(stack)
  const fromNetwork = data => (data && data.present !== false ? Item.fromNotch(data) : null) ?? null

  const toJson = stack => stack && {
    item: stack.name, count: stack.count, ...(damageOf(stack) ? { damage: damageOf(stack) } : {})
  }
  const fromJson = data => {
    if (!data || !registry.itemsByName[data.item]) return null
    const stack = make(data.item, data.count)
    if (data.damage) stack.durabilityUsed = data.damage
    return stack
  }

  return { make, copy, damageOf, sameKind, equal, orNull, toNetwork, fromNetwork, toJson, fromJson }
}
