'use strict'
// Keeps the world in the store: blocks as they change, the rest when it is saved (every 30 s, at the end,
// and when a player leaves).

const playerDat = require('flying-squid/src/lib/playerDat')
const { Vec3 } = require('vec3')

const SAVE_EVERY = 600 // ticks
const KEPT = ['health', 'food', 'foodSaturation', 'exhaustion', 'air', 'burning', 'heldItemSlot']

module.exports.server = serv => {
  const { store, stacks } = serv.survival
  const players = { ...store.saved.players }

  function playerToJson (player) {
    const { x, y, z } = player.position
    const kept = Object.fromEntries(KEPT.map(key => [key, player[key]]))
    const slots = player.inventory.slots.map(stacks.toJson)
    return { ...kept, name: player.username, position: [x, y, z], look: player.look, slots }
  }

  serv.saveWorld = () => {
    for (const player of serv.players) if (player.ready) players[player.uuid] = playerToJson(player)
    store.save({ time: serv.time, players, containers: serv.containersToJson(), items: serv.lyingItems() })
  }

  // flying-squid reads and writes players through this module; ours are in the one world file.
  playerDat.read = async (uuid, spawnPoint) => {
    const saved = players[uuid]
    if (!saved) return { player: { health: 20, food: 20, heldItemSlot: 0, position: spawnPoint.clone() }, inventory: [] }
    const kept = Object.fromEntries(KEPT.map(key => [key, saved[key]]))
    return { player: { ...kept, position: new Vec3(...saved.position) }, inventory: [] }
  }
  playerDat.save = async () => {}

  serv.on('asap', () => {
    serv.time = store.saved.time
    serv.overworld.on('blockUpdate', (before, after) => store.recordBlock(after.position, after.stateId))
  })

  serv.on('newPlayer', player => {
    const saved = players[player._client.uuid]
    saved?.slots.forEach((stack, index) => player.setSlot(index, stacks.fromJson(stack)))
    // flying-squid always puts the first slot in hand at login.
    player.on('spawned', () => player._client.write('held_item_slot', { slot: player.heldItemSlot }))
    player.on('disconnected', () => {
      if (!player.ready) return
      player.leaveWindow()
      players[player.uuid] = playerToJson(player)
      serv.saveWorld()
    })
  })

  serv.on('tick', (_delta, count) => {
    if (count % SAVE_EVERY) return
    try {
      serv.saveWorld()
    } catch (error) {
      serv.logError('autosave', error) // a full disk now may have room later; the world goes on
    }
  })
}
