'use strict'
// What tools do to blocks when used on them: till, flatten, strip, light, fertilise.

const TILLED = { grass_block: 'farmland', dirt: 'farmland', dirt_path: 'farmland', coarse_dirt: 'dirt', rooted_dirt: 'dirt' }
const FLATTENED = /^(grass_block|dirt|coarse_dirt|rooted_dirt|podzol|mycelium)$/
const STRIPPABLE = /^(?!stripped_).*(_log|_wood|_stem|_hyphae)$|^bamboo_block$/
const CROP_AGES = { wheat: 7, carrots: 7, potatoes: 7, beetroots: 3, melon_stem: 7, pumpkin_stem: 7, sweet_berry_bush: 3, cocoa: 2 }

module.exports.server = serv => {
  const { states, onUseItemOn, stacks } = serv.survival
  const { registry } = serv
  const change = (player, block, name, properties = {}) =>
    serv.setBlock(player.world, block.position, states.stateId(name, properties))

  async function till ({ player, block, stack, direction, hand }) {
    const becomes = TILLED[block.name]
    if (!/_hoe$/.test(stack.name) || !becomes || direction === 0) return false
    const above = await player.world.getBlock(block.position.offset(0, 1, 0))
    if (above.type !== 0) return false
    await change(player, block, becomes)
    player.wearHeld(1, hand)
    return true
  }

  async function flatten ({ player, block, stack, direction, hand }) {
    if (!/_shovel$/.test(stack.name) || !FLATTENED.test(block.name) || direction === 0) return false
    const above = await player.world.getBlock(block.position.offset(0, 1, 0))
    if (above.type !== 0) return false
    await change(player, block, 'dirt_path')
    player.wearHeld(1, hand)
    return true
  }

  async function strip ({ player, block, stack, hand }) {
    const stripped = `stripped_${block.name}`
    if (!/_axe$/.test(stack.name) || !STRIPPABLE.test(block.name) || !registry.blocksByName[stripped]) return false
    await change(player, block, stripped, { axis: states.properties(block.stateId).axis })
    player.wearHeld(1, hand)
    return true
  }

  async function light ({ player, block, stack, face, hand }) {
    if (stack.name !== 'flint_and_steel') return false
    const place = block.position.plus(face)
    const there = await player.world.getBlock(place)
    if (there.type !== 0) return true
    await serv.setBlock(player.world, place, registry.blocksByName.fire.defaultState)
    player.wearHeld(1, hand)
    return true
  }

  async function fertilise ({ player, block, stack, hand }) {
    if (stack.name !== 'bone_meal') return false
    const ripe = CROP_AGES[block.name]
    if (/_sapling$/.test(block.name)) {
      player.consumeHeld(hand)
      if (Math.random() < 0.45) await serv.survival.growSapling?.(block)
      return true
    }
    if (ripe === undefined) return false
    const age = Number(states.properties(block.stateId).age)
    if (age >= ripe) return true
    const more = /^(beetroots|sweet_berry_bush|cocoa)$/.test(block.name) ? 1 : 2 + Math.floor(Math.random() * 4)
    await serv.setBlock(player.world, block.position, states.stateId(block.name, { age: Math.min(ripe, age + more) }, block.stateId))
    player.consumeHeld(hand)
    return true
  }

  async function shear ({ player, block, stack, hand }) {
    if (stack.name !== 'shears' || block.name !== 'pumpkin') return false
    await change(player, block, 'carved_pumpkin')
    serv.scatter(block.position, [stacks.make('pumpkin_seeds', 4)])
    player.wearHeld(1, hand)
    return true
  }

  for (const handler of [till, flatten, strip, light, fertilise, shear]) onUseItemOn(handler)

  serv.survival.onUse('sweet_berry_bush', async ({ player, block }) => {
    const age = Number(states.properties(block.stateId).age)
    if (age < 2 || player.held()?.name === 'bone_meal') return false
    serv.scatter(block.position, [stacks.make('sweet_berries', age - 1 + Math.floor(Math.random() * 2))])
    await serv.setBlock(player.world, block.position, states.stateId('sweet_berry_bush', { age: 1 }, block.stateId))
  })
}
