'use strict'
// Right click on a block: first what the block does (a window, a door), then what the held item does to it,
// then placing. Right click in the air: what the held item does by itself.

const { Vec3 } = require('vec3')

const REACH = 6 // blocks from the eye; vanilla's 4.5, with room for a moving player
const EYE = 1.62
const FACES = [[0, -1, 0], [0, 1, 0], [0, 0, -1], [0, 0, 1], [-1, 0, 0], [1, 0, 0]].map(face => new Vec3(...face))

module.exports.server = serv => {
  const onBlock = new Map() // block name -> handler({player, block, face})
  const onBlockWith = [] // handlers({player, block, stack, face, hand}) that return true when they did it
  const inAir = [] // handlers({player, stack, hand}) that return true when they did it

  serv.survival.onUse = (name, handler) => onBlock.set(name, handler)
  serv.survival.onUseItemOn = handler => onBlockWith.push(handler)
  serv.survival.onUseItem = handler => inAir.push(handler)
  serv.survival.FACES = FACES

  serv.on('newPlayer', player => {
    const client = player._client
    for (const packet of ['block_place', 'use_item', 'entity_action']) client.removeAllListeners(packet)
    player.sneaking = player.sprinting = false
    player.look = { yaw: 0, pitch: 0 } // degrees; flying-squid keeps bytes

    player.eye = () => player.position.offset(0, EYE, 0)
    player.reaches = position => player.eye().distanceTo(position.offset(0.5, 0.5, 0.5)) <= REACH
    player.acknowledge = sequence => {
      if (sequence > 0) client.write('acknowledge_player_digging', { sequenceId: sequence })
    }
    /** Shows the client what really is at some places, after it predicted something else. */
    player.resendBlocks = async positions => {
      for (const position of positions) player.sendBlock(position, await player.world.getBlockStateId(position))
    }

    const turn = ({ yaw, pitch }) => { player.look = { yaw, pitch } }
    client.on('look', turn)
    client.on('position_look', turn)
    client.on('entity_action', ({ actionId }) => {
      if (actionId === 'start_sneaking' || actionId === 'stop_sneaking') player.sneaking = actionId === 'start_sneaking'
      if (actionId === 'start_sprinting' || actionId === 'stop_sprinting') player.sprinting = actionId === 'start_sprinting'
    })

    async function useOn ({ location, direction, hand, cursorY }) {
      const position = new Vec3(location.x, location.y, location.z)
      const face = FACES[direction]
      if (player.health <= 0 || !player.reaches(position)) return
      const block = await player.world.getBlock(position)
      const stack = player.held(hand)
      if (onBlock.has(block.name) && hand === 0 && !(player.sneaking && stack)) {
        if (await onBlock.get(block.name)({ player, block, face }) !== false) return
      }
      if (!stack) return
      for (const handler of onBlockWith) {
        if (await handler({ player, block, stack, face, direction, hand, cursorY })) return
      }
    }

    client.on('block_place', packet => {
      const position = new Vec3(packet.location.x, packet.location.y, packet.location.z)
      useOn(packet)
        .catch(error => serv.logError('block_place', error))
        .then(() => player.syncWindows()) // what it cost is known with what it did
        .then(() => player.resendBlocks([position, position.plus(FACES[packet.direction])]))
        .then(() => player.acknowledge(packet.sequence))
        .catch(error => serv.logError('block_place', error))
    })

    client.on('use_item', async ({ hand, sequence }) => {
      try {
        const stack = player.held(hand)
        if (!stack || player.health <= 0) return
        for (const handler of inAir) if (await handler({ player, stack, hand })) return
      } catch (error) {
        serv.logError('use_item', error)
      } finally {
        player.acknowledge(sequence)
      }
    })
  })
}
