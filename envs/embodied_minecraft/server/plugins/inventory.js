'use strict'
// The player's 46 slots: 0 result, 1-4 grid, 5-8 armour, 9-35 main, 36-44 hotbar, 45 off hand.
// Changes are sent by the windows plug-in; here they are only made.

const HOTBAR = [36, 45]
const MAIN = [9, 36]
const OFF_HAND = 45
const SHOWN_AGAIN = 40 // ticks
const BREAK_STATUS = 47 // entity_status: the tool in the main hand broke

module.exports.server = serv => {
  const { stacks } = serv.survival

  serv.on('newPlayer', player => {
    const client = player._client
    for (const packet of ['window_click', 'held_item_slot', 'close_window']) client.removeAllListeners(packet)
    player.inventory.removeAllListeners('updateSlot')
    const slots = player.inventory.slots

    player.setSlot = (index, stack) => {
      slots[index] = stack ? stacks.orNull(stack) : null
      if (slots[index]) slots[index].slot = index
      player.showHand()
    }
    player.heldIndex = () => 36 + player.heldItemSlot
    player.held = (hand = 0) => slots[hand === 1 ? OFF_HAND : player.heldIndex()]

    /** Uses up one of the held stack; what it leaves (a bucket, a bowl) takes its place or is added. */
    player.consumeHeld = (hand = 0, leaves = null) => {
      const index = hand === 1 ? OFF_HAND : player.heldIndex()
      const stack = slots[index]
      if (!stack) return
      player.setSlot(index, stack.count > 1 ? stacks.copy(stack, stack.count - 1) : null)
      if (!leaves) return
      if (!slots[index]) player.setSlot(index, stacks.make(leaves))
      else player.giveOrDrop(stacks.make(leaves))
    }

    /** Puts a stack into the inventory as vanilla does; returns how many did not fit. */
    player.give = stack => {
      let left = stack.count
      const range = ([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)
      const order = [player.heldIndex(), OFF_HAND, ...range(HOTBAR), ...range(MAIN)]
      for (const index of order) {
        const there = slots[index]
        if (!left || !there || !stacks.sameKind(there, stack)) continue
        const moved = Math.min(left, there.stackSize - there.count)
        if (moved > 0) player.setSlot(index, stacks.copy(there, there.count + moved))
        left -= Math.max(0, moved)
      }
      for (const index of [...range(HOTBAR), ...range(MAIN)]) {
        if (!left || slots[index]) continue
        const moved = Math.min(left, stack.stackSize)
        player.setSlot(index, stacks.copy(stack, moved))
        left -= moved
      }
      return left
    }

    player.giveOrDrop = stack => {
      const left = player.give(stack)
      if (left) player.toss(stacks.copy(stack, left))
    }

    /** Wears the held tool by some uses; true when it broke. */
    player.wearHeld = (uses, hand = 0) => {
      const index = hand === 1 ? OFF_HAND : player.heldIndex()
      const tool = slots[index]
      if (!tool?.maxDurability || player.gameMode === 1) return false
      const worn = stacks.copy(tool)
      worn.durabilityUsed = stacks.damageOf(tool) + uses
      const broke = worn.durabilityUsed >= tool.maxDurability
      player.setSlot(index, broke ? null : worn)
      if (broke) client.write('entity_status', { entityId: player.id, entityStatus: BREAK_STATUS })
      return broke
    }

    client.on('held_item_slot', ({ slotId }) => {
      player.heldItemSlot = slotId
      player.showHand()
    })
    player.setEquipment = () => {} // what others see of the hand is sent here; armour is not

    /** Shows the others nearby what is in the hand now, if that is another thing: one tick is enough to take and place it. */
    player.showHand = (again = false) => {
      if (!serv.players.includes(player) || serv.players.length < 2) return
      const shown = player.held()?.name ?? ''
      if (shown === player.shownInHand && !again) return
      player.shownInHand = shown
      const item = stacks.toNetwork(player.held() ?? null)
      player._writeOthersNearby('entity_equipment', { entityId: player.id, equipments: [{ slot: 0, item }] })
    }
  })

  let ticks = 0
  serv.on('tick', () => {
    const again = ++ticks % SHOWN_AGAIN === 0 // for those who came near since
    for (const player of serv.players) player.showHand?.(again)
  })
}
