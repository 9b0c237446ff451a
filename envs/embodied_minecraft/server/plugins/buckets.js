'use strict'
// Filling a bucket with a water or lava source and pouring it out. The liquids stay where they are put.

const REACH = 5

module.exports.server = serv => {
  const { states, onUseItem, onUseItemOn } = serv.survival
  const { registry } = serv
  const POURS = { water_bucket: 'water', lava_bucket: 'lava' }

  /** Steps along the player's gaze: the first block that `stops` says, and the air cell before it. */
  function gaze (player, stops) {
    const yaw = player.look.yaw * Math.PI / 180
    const pitch = player.look.pitch * Math.PI / 180
    const [dx, dy, dz] = [-Math.sin(yaw) * Math.cos(pitch), -Math.sin(pitch), Math.cos(yaw) * Math.cos(pitch)]
    let before = null
    for (let far = 0; far <= REACH; far += 0.02) {
      const place = player.eye().offset(dx * far, dy * far, dz * far).floored()
      if (before && place.equals(before)) continue
      const block = player.world.sync.getBlock(place)
      if (!block) return null
      if (stops(block)) return { block, before }
      before = place
    }
    return null
  }

  const isSource = block => /^(water|lava)$/.test(block.name) && Number(states.properties(block.stateId).level) === 0

  function fill (player, hand, block) {
    serv.survival.note(player, { what: 'filled', item: `${block.name}_bucket`, at: block.position })
    return serv.setBlock(player.world, block.position, 0)
      .then(() => player.consumeHeld(hand, `${block.name}_bucket`))
  }

  onUseItem(async ({ player, stack, hand }) => {
    if (stack.name === 'bucket') {
      const seen = gaze(player, block => isSource(block) || block.boundingBox === 'block')
      if (seen && isSource(seen.block)) await fill(player, hand, seen.block)
      return true
    }
    const liquid = POURS[stack.name]
    if (!liquid) return false
    const seen = gaze(player, block => block.boundingBox === 'block')
    const target = seen && (serv.survival.replaceable(seen.block) ? seen.block.position : seen.before)
    if (!target || !serv.survival.replaceable(await player.world.getBlock(target))) return true
    await serv.setBlock(player.world, target, registry.blocksByName[liquid].defaultState)
    player.consumeHeld(hand, 'bucket')
    return true
  })

  // A bucket on a block is used by the use_item packet that follows; nothing is placed.
  onUseItemOn(({ stack }) => stack.name === 'bucket' || stack.name in POURS)

}
