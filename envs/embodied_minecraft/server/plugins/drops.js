'use strict'
// Items that lie about: they fall, float up in water, can be collected after half a second, and vanish after five minutes.
//
// flying-squid's own item objects bounce for ever, hold one item each and, since 1.20.2, do not say what
// they are. These lie still, hold a stack, and send it (a mineflayer bot reads entity.getDroppedItem()).

const { Vec3 } = require('vec3')
const { randomUUID } = require('crypto')

const PICKUP_DELAY_MS = 500
const THROWN_DELAY_MS = 2000
const LIFE_MS = 300000
const ITEM_METADATA = 8
const FALL_PER_TICK = 0.4 // terminal enough, and never through a block
const RISE_PER_TICK = 0.06 // vanilla's limit, reached at once
const DRAUGHT = 0.2 // how far below the surface it floats
const WET = /^(water|bubble_column|kelp|kelp_plant|seagrass|tall_seagrass)$/
const SPREAD = 0.15
// Vanilla's: the player's box (0.6 x 1.8) grown by 1 sideways and 0.5 up and down meets the item's (0.25).
const REACH_SIDE = 0.3 + 1 + 0.125
const REACH_DOWN = 0.5 + 0.25
const REACH_UP = 1.8 + 0.5

module.exports.server = serv => {
  const { stacks, store } = serv.survival
  const itemType = serv.registry.entitiesByName.item.id
  const lying = new Set()
  const airLike = block => !block || block.boundingBox !== 'block'

  serv.dropItem = (world, position, stack, { delay = PICKUP_DELAY_MS, age = 0 } = {}) => {
    if (!stack || stack.count <= 0) return null
    const entity = serv.initEntity('object', itemType, world, position.clone())
    Object.assign(entity, {
      uuid: randomUUID(),
      name: 'item',
      data: 1,
      yaw: 0,
      pitch: 0,
      headPitch: 0,
      velocity: new Vec3(0, 0, 0),
      size: undefined, // flying-squid moves only what has a size
      stack: stacks.copy(stack),
      collectAt: Date.now() + delay,
      vanishAt: Date.now() + LIFE_MS - age,
      resting: false,
      metadata: []
    })
    lying.add(entity)
    entity.updateAndSpawn()
    return entity
  }

  serv.lyingItems = () => [...lying].map(({ position, stack, vanishAt }) => ({
    position: [position.x, position.y, position.z],
    stack: stacks.toJson(stack),
    age: LIFE_MS - Math.max(0, vanishAt - Date.now())
  }))

  serv.on('asap', () => {
    serv.overworld.on('blockUpdate', () => { for (const entity of lying) entity.resting = false })
  })
  serv.once('listening', () => {
    for (const { position, stack, age } of store.saved.items) {
      const kept = stacks.fromJson(stack)
      if (kept) serv.dropItem(serv.overworld, new Vec3(...position), kept, { age })
    }
  })

  const describe = (entity, players) => serv._writeArray('entity_metadata', {
    entityId: entity.id,
    metadata: [{ key: ITEM_METADATA, type: 'item_stack', value: stacks.toNetwork(entity.stack) }]
  }, players)

  function remove (entity) {
    lying.delete(entity)
    entity.destroy()
  }

  /** Lets an item fall one tick; only blocks that are loaded count, so that nothing is generated for it. */
  function fall (entity) {
    const { world, position } = entity
    const column = (x, z) => world.getLoadedColumn(Math.floor(x / 16), Math.floor(z / 16))
    const chunk = column(position.x, position.z)
    if (!chunk) return
    const blockAt = y => chunk.getBlock(new Vec3(Math.floor(position.x) & 15, Math.floor(y), Math.floor(position.z) & 15))
    const inside = blockAt(position.y)
    if (inside?.name === 'lava' || inside?.name === 'fire') return remove(entity)
    if (WET.test(inside?.name)) {
      const up = position.y + RISE_PER_TICK
      return moveTo(entity, WET.test(blockAt(up + DRAUGHT)?.name) ? up : position.y)
    }
    const next = position.y - FALL_PER_TICK
    const below = blockAt(next)
    let y = next
    if (!airLike(below)) {
      const top = Math.max(0, ...below.shapes.map(shape => shape[4]))
      y = Math.min(position.y, Math.max(next, Math.floor(next) + top))
    }
    if (y < -128) return remove(entity)
    moveTo(entity, y)
  }

  function moveTo (entity, y) {
    const { x, y: before, z } = entity.position
    entity.resting = Math.abs(y - before) < 1e-6
    if (!entity.resting) entity.sendPosition(new Vec3(x, y, z), false)
  }

  function collectors (entity) {
    return serv.players.filter(player => {
      if (player.health <= 0 || player.world !== entity.world || player.gameMode === 3) return false
      const { x, y, z } = entity.position.minus(player.position)
      return Math.abs(x) <= REACH_SIDE && Math.abs(z) <= REACH_SIDE && y >= -REACH_DOWN && y <= REACH_UP
    })
  }

  function collect (entity, player) {
    const count = entity.stack.count
    const left = player.give(entity.stack)
    if (left === count) return
    serv.survival.note(player, { what: 'got', item: entity.stack.name, count: count - left, at: entity.position })
    player.syncWindows() // it is held before it is seen to be gone
    const collected = { collectedEntityId: entity.id, collectorEntityId: player.id, pickupItemCount: count - left }
    player._client.write('collect', collected)
    player._writeOthersNearby('collect', collected) // others see who took it
    if (left === 0) return remove(entity)
    entity.stack = stacks.copy(entity.stack, left)
    describe(entity, entity.getNearbyPlayers())
  }

  serv.on('tick', () => {
    const now = Date.now()
    for (const entity of lying) {
      if (now >= entity.vanishAt) { remove(entity); continue }
      if (!entity.resting) fall(entity)
      if (now < entity.collectAt || !lying.has(entity)) continue
      for (const player of collectors(entity)) if (lying.has(entity)) collect(entity, player)
    }
  })

  serv.scatter = (position, list) => {
    for (const stack of list) {
      const away = () => (Math.random() - 0.5) * 2 * SPREAD
      serv.dropItem(serv.overworld, position.offset(0.5 + away(), 0.3, 0.5 + away()), stack)
    }
  }

  serv.on('newPlayer', player => {
    const spawnEntity = player.spawnEntity
    player.spawnEntity = entity => {
      spawnEntity(entity)
      if (entity.stack) describe(entity, [player])
    }
    /** Throws a stack two blocks ahead, as far as there is air. */
    player.toss = stack => {
      const yaw = player.look.yaw * Math.PI / 180
      let place = player.position.offset(0, 0.5, 0)
      for (const step of [0.7, 1.4, 2]) {
        const ahead = player.position.offset(-Math.sin(yaw) * step, 0.5, Math.cos(yaw) * step)
        if (!airLike(player.world.sync.getBlock(ahead))) break
        place = ahead
      }
      serv.dropItem(player.world, place, stack, { delay: THROWN_DELAY_MS })
    }
  })
}
