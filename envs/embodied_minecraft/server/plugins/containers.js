'use strict'
// Blocks that hold items: found by their place, saved with the world, spilled when the block goes.

module.exports.server = serv => {
  const { stacks, store } = serv.survival
  const containers = serv.containers = new Map()
  const keyOf = ({ x, y, z }) => `${x},${y},${z}`

  for (const [key, saved] of Object.entries(store.saved.containers)) {
    containers.set(key, { ...saved, viewers: new Set(), slots: saved.slots.map(stacks.fromJson) })
  }

  serv.containerAt = (position, kind, size) => {
    const key = keyOf(position)
    if (containers.get(key)?.kind !== kind) {
      const [x, y, z] = [position.x, position.y, position.z]
      containers.set(key, { kind, x, y, z, slots: new Array(size).fill(null), viewers: new Set() })
    }
    return containers.get(key)
  }

  serv.containerSlots = (container, rules = () => ({})) => container.slots.map((_, i) => ({
    get: () => container.slots[i],
    set: stack => { container.slots[i] = stack },
    ...rules(i)
  }))

  serv.openContainer = (player, container, description, windowType, title) => {
    const session = player.openWindow({
      ...description,
      container,
      onClose: () => container.viewers.delete(player)
    }, windowType, title)
    container.viewers.add(player)
    return session
  }

  serv.containersToJson = () => Object.fromEntries([...containers].map(([key, { viewers, slots, ...rest }]) =>
    [key, { ...rest, slots: slots.map(stacks.toJson) }]))

  const blockOf = { chest: ['chest'], trapped_chest: ['trapped_chest'], barrel: ['barrel'] }
  serv.on('asap', () => serv.overworld.on('blockUpdate', (before, after) => {
    const key = keyOf(after.position)
    const container = containers.get(key)
    if (!container || (blockOf[container.kind] ?? [container.kind]).includes(after.name)) return
    containers.delete(key)
    for (const viewer of container.viewers) viewer.closeWindow()
    for (const stack of container.slots) {
      if (stack) serv.dropItem(serv.overworld, after.position.offset(0.5, 0.5, 0.5), stack)
    }
  }))
}
