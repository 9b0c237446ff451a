'use strict'
// The 2x2 grid of the inventory and the 3x3 grid of the crafting table.

const WINDOW_TYPE = 12 // since 1.20.3; 11 before
const ARMOUR = { head: 5, torso: 6, legs: 7, feet: 8 }

function armourSlot (name) {
  if (/_helmet$|^carved_pumpkin$|_(head|skull)$/.test(name)) return ARMOUR.head
  if (/_chestplate$|^elytra$/.test(name)) return ARMOUR.torso
  if (/_leggings$/.test(name)) return ARMOUR.legs
  return /_boots$/.test(name) ? ARMOUR.feet : null
}

module.exports.armourSlot = armourSlot

module.exports.server = serv => {
  const { stacks, recipes } = serv.survival
  const { registry } = serv

  /** The output slot of a grid: made anew at each look, paid for when taken. */
  function resultSlot (player, grid, width, table = null) {
    const outcome = () => recipes.match(grid.map(slot => slot.get()), width)
    return {
      result: true,
      get: () => {
        const made = outcome()
        return made ? stacks.make(registry.items[made.id].name, made.count) : null
      },
      set: () => {},
      taken: () => {
        noteMade(player, outcome(), grid, table)
        for (const slot of grid) {
          const used = slot.get()
          if (!used) continue
          const left = recipes.remainderOf(used.name)
          slot.set(used.count > 1 ? stacks.copy(used, used.count - 1) : null)
          if (!left) continue
          if (!slot.get()) slot.set(stacks.make(left))
          else player.giveOrDrop(stacks.make(left))
        }
      }
    }
  }

  function noteMade (player, made, grid, table) {
    if (!made) return
    const used = {}
    for (const slot of grid) {
      const stack = slot.get()
      if (stack) used[stack.name] = (used[stack.name] ?? 0) + 1
    }
    const item = registry.items[made.id].name
    serv.survival.note(player, { what: 'made', item, count: made.count, used, ...(table ? { at: table } : {}) })
  }

  const giveBack = (player, grid) => {
    for (const slot of grid) {
      const stack = slot.get()
      if (!stack) continue
      slot.set(null)
      player.giveOrDrop(stack)
    }
  }

  function inventoryMenu (player) {
    const grid = player.slotViews(1, 5)
    const armour = player.slotViews(5, 9).map((slot, i) => (
      { ...slot, limit: 1, accepts: stack => armourSlot(stack.name) === 5 + i }))
    return {
      kind: 'inventory',
      slots: [resultSlot(player, grid, 2), ...grid, ...armour, ...player.slotViews(9, 46)],
      hotbar: 36,
      offhand: 45,
      resultSlot: 0,
      onClose: () => giveBack(player, grid),
      quickMove: (index, stack) => {
        if (index === 0) return [[45, 9]]
        if (index < 9 || index === 45) return [[9, 45]]
        const worn = armourSlot(stack.name)
        if (worn && !player.inventory.slots[worn]) return [[worn, worn + 1]]
        if (stack.name === 'shield' && !player.inventory.slots[45]) return [[45, 46]]
        return index < 36 ? [[36, 45]] : [[9, 36]]
      }
    }
  }

  function tableMenu (player, table) {
    const cells = new Array(9).fill(null)
    const grid = cells.map((_, i) => ({ get: () => cells[i], set: stack => { cells[i] = stack } }))
    return {
      kind: 'crafting_table',
      slots: [resultSlot(player, grid, 3, table), ...grid, ...player.slotViews(9, 45)],
      hotbar: 37,
      resultSlot: 0,
      onClose: () => giveBack(player, grid),
      quickMove: index => {
        if (index === 0) return [[46, 10]]
        if (index < 10) return [[10, 46]]
        return [[1, 10], index < 37 ? [37, 46] : [10, 37]]
      }
    }
  }

  serv.on('newPlayer', player => player.setInventoryMenu(inventoryMenu(player)))
  serv.survival.onUse('crafting_table', ({ player, block }) => player.openWindow(tableMenu(player, block.position), WINDOW_TYPE, 'Crafting'))
}
