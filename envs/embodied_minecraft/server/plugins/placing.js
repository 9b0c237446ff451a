'use strict'
// Placing blocks, and the blocks that a click switches: doors, trapdoors, gates, levers.

const { Vec3 } = require('vec3')
const { canStay } = require('../lib/support')

const REPLACEABLE = /^(air|cave_air|void_air|water|lava|bubble_column|short_grass|fern|tall_grass|large_fern|dead_bush|seagrass|tall_seagrass|fire|soul_fire|vine|glow_lichen|hanging_roots)$/
const SWITCHED = /(_door|_trapdoor|_fence_gate)$/
// A client that jumps and builds below itself is a tick ahead of the position that we know.
const JUMP_ROOM = 0.3
const AHEAD = { north: [0, 0, -1], south: [0, 0, 1], west: [-1, 0, 0], east: [1, 0, 0] }

module.exports.server = serv => {
  const { states, FACES, onUse, onUseItemOn } = serv.survival
  const { registry } = serv
  const placement = require('../lib/placement')(registry, states)

  const replaceable = block => REPLACEABLE.test(block.name) || (block.name === 'snow' && states.properties(block.stateId).layers === '1')
  // Where no chunk is loaded there is rock, so that nothing at the edge falls or comes off.
  const UNLOADED = { name: 'unloaded', type: -1, boundingBox: 'block', shapes: [[0, 0, 0, 1, 1, 1]], stateId: 0 }
  const at = position => serv.overworld.sync.getBlock(position) ?? { ...UNLOADED, position }

  /** Whether a player's body is where the block would be. */
  function bodyInTheWay (stateId, { x, y, z }) {
    const known = registry.blocksByStateId[stateId]
    if (known.boundingBox !== 'block') return false
    return serv.players.some(({ position, gameMode, dead }) => gameMode !== 3 && !dead &&
      position.x + 0.3 > x && position.x - 0.3 < x + 1 && position.z + 0.3 > z && position.z - 0.3 < z + 1 &&
      position.y + 1.8 > y + 1e-3 && position.y < y + 1 - JUMP_ROOM)
  }

  /** A second slab fills the first; more snow makes it higher. Returns the new state id or null. */
  function stacked (block, item, direction, cursorY) {
    if (block.name !== item) return null
    const properties = states.properties(block.stateId)
    if (/_slab$/.test(item) && properties.type !== 'double') {
      const fits = properties.type === 'bottom' ? direction === 1 || (direction > 1 && cursorY > 0.5) : direction === 0 || (direction > 1 && cursorY <= 0.5)
      return fits ? states.stateId(item, { type: 'double', waterlogged: false }, block.stateId) : null
    }
    if (item === 'snow' && Number(properties.layers) < 8) return states.stateId(item, { layers: Number(properties.layers) + 1 }, block.stateId)
    return null
  }

  /** The other half of what takes two blocks: [position, state id], or null. */
  function otherHalf ({ name, stateId }, position) {
    const properties = states.properties(stateId)
    if (properties.part === 'foot') return [position.offset(...AHEAD[properties.facing]), states.stateId(name, { part: 'head' }, stateId)]
    if (properties.half === 'lower') return [position.offset(0, 1, 0), states.stateId(name, { half: 'upper' }, stateId)]
    return null
  }

  async function place ({ player, block, stack, direction, hand, cursorY }) {
    const grown = stacked(block, stack.name, direction, cursorY)
    const world = player.world
    if (grown !== null) {
      if (bodyInTheWay(grown, block.position)) return true
      serv.survival.note(player, { what: 'put', item: stack.name, block: stack.name, at: block.position, against: block.name })
      await serv.setBlock(world, block.position, grown)
      player.consumeHeld(hand)
      return true
    }
    const target = replaceable(block) ? block.position : block.position.plus(FACES[direction])
    const there = await world.getBlock(target)
    if (!replaceable(there) || target.y < -64 || target.y > 319) return false
    const made = placement.place(stack.name, {
      direction: replaceable(block) ? 1 : direction,
      yaw: player.look.yaw,
      pitch: player.look.pitch,
      cursorY,
      inWater: there.name === 'water'
    })
    if (!made) return false
    const other = otherHalf(made, target)
    const blocks = [[target, made.stateId], ...(other ? [other] : [])]
    if (blocks.some(([position, stateId]) => bodyInTheWay(stateId, position) || !replaceable(at(position)))) return true
    if (!mayStay(made, target, other)) return true
    serv.survival.note(player, { what: 'put', item: stack.name, block: made.name, at: target, against: block.name })
    for (const [position, stateId] of blocks) await serv.setBlock(world, position, stateId)
    if (player.gameMode !== 1) player.consumeHeld(hand)
    return true
  }

  function mayStay ({ name, stateId }, position, other) {
    const properties = states.properties(stateId)
    const pretend = place => other && place.equals(other[0]) ? { name } : at(place)
    return canStay({ name, position }, properties, pretend)
  }

  async function switchOpen ({ player, block }) {
    const properties = states.properties(block.stateId)
    const open = !properties.open
    await serv.setBlock(player.world, block.position, states.stateId(block.name, { open }, block.stateId))
    if (!/_door$/.test(block.name)) return
    const otherPlace = block.position.offset(0, properties.half === 'lower' ? 1 : -1, 0)
    const other = await player.world.getBlock(otherPlace)
    if (other.name === block.name) await serv.setBlock(player.world, otherPlace, states.stateId(other.name, { open }, other.stateId))
  }

  for (const { name } of registry.blocksArray) {
    if (SWITCHED.test(name) && !name.startsWith('iron_')) onUse(name, switchOpen)
  }
  onUse('lever', ({ player, block }) => serv.setBlock(player.world, block.position,
    states.stateId('lever', { powered: !states.properties(block.stateId).powered }, block.stateId)))

  // The last of the handlers: tools and buckets come first.
  serv.on('asap', () => onUseItemOn(place))
  serv.survival.replaceable = replaceable
  serv.survival.at = at
  serv.survival.vec = ([x, y, z]) => new Vec3(x, y, z)
}
