'use strict'
// Chests and barrels: 27 slots. Two chests side by side stay two single chests.

const WINDOW_TYPE = 2 // generic_9x3
const SIZE = 27

module.exports.server = serv => {
  for (const kind of ['chest', 'trapped_chest', 'barrel']) {
    serv.survival.onUse(kind, ({ player, block }) => {
      const container = serv.containerAt(block.position, kind, SIZE)
      serv.openContainer(player, container, {
        kind,
        slots: [...serv.containerSlots(container), ...player.slotViews(9, 45)],
        hotbar: SIZE + 27,
        quickMove: index => index < SIZE ? [[SIZE + 36, SIZE]] : [[0, SIZE]]
      }, WINDOW_TYPE, kind === 'barrel' ? 'Barrel' : 'Chest')
    })
  }
}
