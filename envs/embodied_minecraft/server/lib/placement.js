'use strict'
// Which block, in which state, an item becomes where it is placed.

const HORIZONTAL = ['south', 'west', 'north', 'east'] // by yaw, a quarter turn each
const OPPOSITE = { north: 'south', south: 'north', east: 'west', west: 'east', up: 'down', down: 'up' }
const FACE_NAMES = ['down', 'up', 'north', 'south', 'west', 'east']
const AXES = ['y', 'y', 'z', 'z', 'x', 'x']
const CLOCKWISE = { north: 'east', east: 'south', south: 'west', west: 'north' }

// Items whose block has another name.
const PLANTED = {
  wheat_seeds: 'wheat', carrot: 'carrots', potato: 'potatoes', beetroot_seeds: 'beetroots', melon_seeds: 'melon_stem',
  pumpkin_seeds: 'pumpkin_stem', torchflower_seeds: 'torchflower_crop', sweet_berries: 'sweet_berry_bush',
  cocoa_beans: 'cocoa', redstone: 'redstone_wire', string: 'tripwire', bamboo: 'bamboo_sapling'
}
const LOOKS_AWAY = /_stairs$|_door$|_fence_gate$|_bed$|^(lectern_never)$/ // these face where the player looks
const SIX_WAYS = /^(piston|sticky_piston|dispenser|dropper|observer|barrel|command_block)$/
const BY_FACE = /^(end_rod|lightning_rod|.*shulker_box|.*amethyst_bud|amethyst_cluster|(.*_)?wall_.*|ladder)$/

module.exports = function placement (registry, states) {
  const facingOf = yaw => HORIZONTAL[((Math.round(yaw / 90) % 4) + 4) % 4]

  function blockName (item, direction) {
    const planted = PLANTED[item]
    if (planted) return planted
    if (!registry.blocksByName[item]) return null
    if (direction < 2) return item
    const wall = item.replace(/(torch|banner|_sign|_head|_skull|_fan)$/, end => end.startsWith('_') ? `_wall${end}` : `wall_${end}`)
    return wall !== item && !/hanging/.test(item) && registry.blocksByName[wall] ? wall : item
  }

  /**
   * @param {string} item
   * @param {{direction: number, yaw: number, pitch: number, cursorY: number, inWater: boolean}} how
   * @returns {{name: string, stateId: number}|null} null: the item is no block
   */
  function place (item, { direction, yaw, pitch, cursorY, inWater }) {
    const name = blockName(item, direction)
    if (!name) return null
    const ahead = facingOf(yaw)
    const face = FACE_NAMES[direction]
    const wanted = { axis: AXES[direction], waterlogged: inWater, rotation: Math.round(yaw / 22.5 + 8) & 15, persistent: true }
    const half = direction === 0 || (direction !== 1 && cursorY > 0.5) ? 'top' : 'bottom'
    if (states.has(name, 'type') && /_slab$/.test(name)) wanted.type = half
    if (states.has(name, 'half')) wanted.half = /_door$/.test(name) || !/_stairs$|_trapdoor$/.test(name) ? 'lower' : half
    if (states.has(name, 'part')) wanted.part = 'foot'
    if (states.has(name, 'face')) wanted.face = direction === 0 ? 'ceiling' : direction === 1 ? 'floor' : 'wall'
    if (states.has(name, 'hanging')) wanted.hanging = direction === 0
    wanted.facing = facing(name, { ahead, face, direction, pitch })
    return { name, stateId: states.stateId(name, wanted) }
  }

  function facing (name, { ahead, face, direction, pitch }) {
    if (name === 'hopper') return direction < 2 ? 'down' : OPPOSITE[face]
    if (BY_FACE.test(name) || (states.has(name, 'face') && direction > 1)) return face
    if (/_trapdoor$/.test(name) && direction > 1) return face
    if (SIX_WAYS.test(name) && Math.abs(pitch) > 45) return pitch > 0 ? 'up' : 'down'
    if (/anvil$/.test(name)) return CLOCKWISE[ahead]
    if (LOOKS_AWAY.test(name) || states.has(name, 'face')) return ahead
    return OPPOSITE[ahead]
  }

  return { place, facingOf }
}
