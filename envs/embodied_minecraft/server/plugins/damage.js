'use strict'
// Fire, lava, drowning, suffocation, cactus and the void; and dying, which drops everything.

const FULL_AIR = 300 // ticks
const AIR_METADATA = 1
const EVERY = 10 // ticks between two hurts of one kind
const BURN_AFTER_LAVA = 300 // ticks
const BURN_AFTER_FIRE = 160
const DEATH_STATUS = 3
const HURT_COST = 0.1 // exhaustion

module.exports.server = serv => {
  const solid = block => block && block.boundingBox === 'block' && !block.transparent && block.shapes.length === 1 &&
    block.shapes[0].join() === '0,0,0,1,1,1'

  function die (player, cause) {
    player.dead = true
    player.leaveWindow()
    for (let index = 1; index <= 45; index++) {
      const stack = player.inventory.slots[index]
      player.setSlot(index, null)
      if (stack) serv.scatter(player.position.floored(), [stack])
    }
    serv.broadcast(`${player.username} died (${cause})`)
    player._writeOthersNearby('entity_status', { entityId: player.id, entityStatus: DEATH_STATUS })
    serv.survival.note(player, { what: 'died' })
    player.emit('died', cause)
  }

  function touching (player) {
    const found = new Set()
    const { y } = player.position
    for (const dx of [-0.29, 0.29]) {
      for (const dz of [-0.29, 0.29]) {
        for (const dy of [0.01, 0.9, 1.79]) {
          const block = player.world.sync.getBlock(player.position.offset(dx, dy, dz))
          if (block) found.add(block.name)
        }
      }
    }
    const under = player.world.sync.getBlock(player.position.offset(0, -0.1, 0))
    // A cactus is narrower than its cell, so it is touched from the neighbouring one.
    for (const [dx, dz] of [[0.36, 0], [-0.36, 0], [0, 0.36], [0, -0.36]]) {
      if (player.world.sync.getBlock(player.position.offset(dx, 0.1, dz))?.name === 'cactus') found.add('cactus')
    }
    if (under?.name === 'cactus') found.add('cactus')
    if (under?.name === 'magma_block' && !player.sneaking && player.onGround) found.add('magma_block')
    return { found, void: y < -128 }
  }

  function breathe (player) {
    const under = player.blockAtEyes() === 'water'
    const before = player.air
    player.air = under ? player.air - 1 : Math.min(FULL_AIR, player.air + 4)
    if (player.air <= -20) {
      player.air = 0
      player.hurt(2, 'drowning')
    }
    if (player.air !== before) {
      player._client.write('entity_metadata',
        { entityId: player.id, metadata: [{ key: AIR_METADATA, type: 'int', value: player.air }] })
    }
  }

  function burn (player, found, count) {
    if (found.has('lava')) player.burning = BURN_AFTER_LAVA
    else if (found.has('fire') || found.has('soul_fire')) player.burning = Math.max(player.burning, BURN_AFTER_FIRE)
    if (found.has('water')) player.burning = 0
    if (player.burning > 0) {
      if (player.burning % 20 === 0 && !found.has('lava')) player.hurt(1, 'fire')
      player.burning--
    }
    if (count % EVERY) return
    if (found.has('lava')) player.hurt(4, 'lava')
    if (found.has('fire') || found.has('soul_fire')) player.hurt(1, 'fire')
  }

  function step (player, count) {
    const { found, void: inVoid } = touching(player)
    breathe(player)
    burn(player, found, count)
    if (count % EVERY) return
    if (inVoid) player.hurt(4, 'the void')
    if (found.has('cactus')) player.hurt(1, 'a cactus')
    if (found.has('magma_block')) player.hurt(1, 'magma')
    if (solid(player.world.sync.getBlock(player.eye()))) player.hurt(1, 'suffocation')
  }

  serv.on('newPlayer', player => {
    player.air = FULL_AIR
    player.burning = 0
    player.dead = false
    player.hurt = (damage, cause) => {
      if (player.dead || player.gameMode !== 0 || damage <= 0) return
      if (!['fall', 'drowning', 'hunger', 'the void'].includes(cause)) player.exhaust(HURT_COST)
      player.updateHealth(Math.max(0, player.health - damage))
      if (player.health <= 0) die(player, cause)
    }
    // flying-squid's own ways to hurt (/kill, other players) end here too.
    player.takeDamage = ({ damage = 1 }) => player.hurt(damage, 'an attack')
  })

  serv.on('tick', (_delta, count) => {
    for (const player of serv.players) {
      if (!player.ready || player.dead || player.gameMode !== 0) continue
      try {
        step(player, count)
      } catch (error) {
        serv.logError('damage', error)
      }
    }
  })
}
