'use strict'
// Exhaustion, hunger, healing, starving and eating, by vanilla's FoodData.

const FULL = 20
const EXHAUSTION_STEP = 4
const EAT_TICKS = 32
const QUICK_EAT_TICKS = 16 // dried kelp
const FINISHED_STATUS = 9
const LEAVES = { mushroom_stew: 'bowl', rabbit_stew: 'bowl', beetroot_soup: 'bowl', suspicious_stew: 'bowl', honey_bottle: 'glass_bottle' }
const WHEN_FULL = ['golden_apple', 'enchanted_golden_apple', 'chorus_fruit', 'honey_bottle', 'suspicious_stew']

module.exports.server = serv => {
  const { foodsByName } = serv.registry

  function digest (player) {
    if (player.exhaustion < EXHAUSTION_STEP) return
    player.exhaustion -= EXHAUSTION_STEP
    if (player.foodSaturation > 0) player.foodSaturation = Math.max(0, player.foodSaturation - 1)
    else player.food = Math.max(0, player.food - 1)
    player.updateHealth(player.health)
  }

  function heal (player) {
    player.healTimer++
    const hurt = player.health < 20
    if (hurt && player.food >= FULL && player.foodSaturation > 0 && player.healTimer >= 10) {
      const strength = Math.min(player.foodSaturation, 6)
      player.exhaust(strength)
      player.updateHealth(Math.min(20, player.health + strength / 6))
    } else if (hurt && player.food >= 18 && player.healTimer >= 80) {
      player.exhaust(6)
      player.updateHealth(Math.min(20, player.health + 1))
    } else if (player.food <= 0 && player.healTimer >= 80) {
      if (player.health > 1) player.hurt(1, 'hunger') // normal difficulty: half a heart is left
    } else {
      if (player.food > 0 && !hurt) player.healTimer = 0
      return
    }
    player.healTimer = 0
  }

  function finishEating (player) {
    const { item, hand } = player.eating
    player.eating = null
    const stack = player.held(hand)
    if (!stack || stack.name !== item) return
    const { foodPoints, saturation } = foodsByName[item]
    player.food = Math.min(FULL, player.food + foodPoints)
    player.foodSaturation = Math.min(player.food, player.foodSaturation + saturation)
    serv.survival.note(player, { what: 'ate', item })
    player.consumeHeld(hand, LEAVES[item] ?? null)
    player.updateHealth(player.health)
    player.syncWindows()
    player._client.write('entity_status', { entityId: player.id, entityStatus: FINISHED_STATUS })
  }

  serv.survival.onUseItem(({ player, stack, hand }) => {
    if (!foodsByName[stack.name]) return false
    if (player.food >= FULL && !WHEN_FULL.includes(stack.name)) return true
    const ticks = stack.name === 'dried_kelp' ? QUICK_EAT_TICKS : EAT_TICKS
    player.eating ??= { item: stack.name, hand, heldItemSlot: player.heldItemSlot, ticks }
    return true
  })

  serv.on('newPlayer', player => {
    player.exhaustion = 0
    player.healTimer = 0
    player.foodSaturation = 5
    player.eating = null
    player.exhaust = amount => { player.exhaustion = Math.min(40, player.exhaustion + amount) }
    player.on('released', () => { player.eating = null })
  })

  serv.on('tick', () => {
    for (const player of serv.players) {
      if (!player.ready || player.dead || player.gameMode !== 0) continue
      digest(player)
      heal(player)
      if (!player.eating) continue
      const kept = player.eating.heldItemSlot === player.heldItemSlot && player.held(player.eating.hand)?.name === player.eating.item
      if (!kept) player.eating = null
      else if (--player.eating.ticks <= 0) finishEating(player)
    }
  })
}
