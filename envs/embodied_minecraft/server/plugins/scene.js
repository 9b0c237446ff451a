'use strict'
// What a player holds when it first joins, if the configuration says so: the set-up of the gate's worlds,
// where a skill is tried without what comes before it. A run's configuration has no scene.

const HOTBAR_AND_MAIN = [...Array(9).keys()].map(i => 36 + i).concat([...Array(27).keys()].map(i => 9 + i))

module.exports.server = serv => {
  const { config, stacks, store } = serv.survival
  if (!config.scene) return
  const inventory = Object.entries(config.scene.inventory)

  serv.on('newPlayer', player => {
    if (player._client.username !== config.scene.player) return
    if (store.saved.players?.[player._client.uuid]) return // it was here before, with what it has now
    const free = HOTBAR_AND_MAIN.filter(index => !player.inventory.slots[index])
    for (const [name, count] of inventory) {
      const { stackSize } = stacks.make(name)
      for (let left = count; left > 0; left -= stackSize) {
        const index = free.shift()
        if (index === undefined) throw new Error(`the scene holds more than an inventory: no room for '${name}'`)
        player.setSlot(index, stacks.make(name, Math.min(left, stackSize)))
      }
    }
  })
}
