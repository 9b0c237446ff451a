'use strict'
// Windows and clicks on the network side: what a click does is in lib/menu.js.
//
// The client predicts the result of its click and says which slots it thinks changed. We click too, and send
// back only slots where it is wrong: sending more would overwrite what it has clicked since.
//
// All that we say has a number (the protocol's state id), and a click names the last that the client had heard.
// What it had not heard yet when it clicked, or closed its window, it may show wrongly ever after: it is said again.

const { Menu } = require('../lib/menu')

const ASKS_FOR_ALL = -1 // the state id of a client that has seen nothing yet, or wants to see the whole window
const UNSURE = { type: -1 } // what a client may show in a slot, as far as we know: equal to no stack
const SETTLE_MS = 300 // after a correction, the whole window is sent once no click has come for so long

module.exports.server = serv => {
  const { stacks } = serv.survival

  function sendSlot (player, session, index) {
    const stack = session.menu.slots[index].get()
    session.remote[index] = stack ? stacks.copy(stack) : null
    session.said[index] = ++player.lastSaid
    player._client.write('set_slot',
      { windowId: session.id, stateId: player.lastSaid, slot: index, item: stacks.toNetwork(stack) })
  }

  function sendAll (player, session) {
    const all = session.menu.slots.map(slot => slot.get())
    session.remote = all.map(stack => stack ? stacks.copy(stack) : null)
    session.said.fill(++player.lastSaid)
    session.settleAt = null
    player._client.write('window_items', {
      windowId: session.id,
      stateId: player.lastSaid,
      items: all.map(stacks.toNetwork),
      carriedItem: stacks.toNetwork(session.menu.cursor)
    })
  }

  function sync (player, session) {
    let sent = false
    session.menu.slots.forEach((slot, index) => {
      const stack = slot.get()
      if (stack && typeof stack.count === 'string') stack.count = Number(stack.count) // from /give
      if (stacks.equal(stack, session.remote[index])) return
      sendSlot(player, session, index)
      sent = true
    })
    return sent
  }

  function onClick (player, packet) {
    const session = packet.windowId === 0 ? player.inventorySession : player.openSession
    if (!session || session.id !== packet.windowId) return
    if (player.health > 0) {
      session.menu.click({ slot: packet.slot, button: packet.mouseButton, mode: packet.mode })
    }
    if (packet.stateId !== ASKS_FOR_ALL) player.heard = packet.stateId
    for (const { location, item } of packet.changedSlots) {
      if (!session.menu.slots[location]) continue
      session.remote[location] = session.said[location] > packet.stateId ? UNSURE : stacks.fromNetwork(item)
    }
    if (packet.stateId === ASKS_FOR_ALL || player.health <= 0) sendAll(player, session)
    // mineflayer waits for the result slot after every click in a grid, even if it stays empty.
    else if (session.resultSlot !== null) sendSlot(player, session, session.resultSlot)
    const believedCursor = stacks.fromNetwork(packet.cursorItem)
    const wrong = sync(player, session) || !stacks.equal(believedCursor, session.menu.cursor)
    if (wrong || session.settleAt) session.settleAt = Date.now() + SETTLE_MS
  }

  serv.on('newPlayer', player => {
    const client = player._client
    let lastId = 0
    player.lastSaid = player.heard = 0

    const makeSession = (id, { slots, quickMove, hotbar, offhand = null, resultSlot = null, onClose = () => {}, kind, container = null }) => ({
      id,
      kind,
      container,
      resultSlot,
      onClose,
      settleAt: null,
      remote: slots.map(() => null),
      said: slots.map(() => 0), // the number of our last word about each slot
      menu: new Menu({ stacks, slots, quickMove, hotbar, offhand, drop: stack => player.toss(stack) })
    })

    player.slotViews = (from, to) => Array.from({ length: to - from }, (_, i) => ({
      get: () => player.inventory.slots[from + i] ?? null,
      set: stack => player.setSlot(from + i, stack)
    }))

    player.setInventoryMenu = description => { player.inventorySession = makeSession(0, description) }

    player.openWindow = (description, windowType, title) => {
      player.leaveWindow()
      lastId = lastId % 100 + 1
      player.openSession = makeSession(lastId, description)
      client.write('open_window', {
        windowId: lastId,
        inventoryType: windowType,
        windowTitle: serv._createChatComponent(title).toNetworkFormat()
      })
      sendAll(player, player.openSession)
      return player.openSession
    }

    /** Puts back what lies in grids and on the cursor. The client closes its window by itself. */
    player.leaveWindow = () => {
      // From now on the client shows as its inventory what it last saw in the window's lower half. Words about that
      // window that reach it only now are lost on it.
      const { remote = [], said = [] } = player.openSession ?? {}
      remote.forEach((stack, i) => {
        const own = 45 - remote.length + i
        if (own >= 9) player.inventorySession.remote[own] = said[i] > player.heard ? UNSURE : stack
      })
      for (const session of [player.openSession, player.inventorySession]) {
        if (!session) continue
        session.onClose()
        if (session.menu.cursor) player.giveOrDrop(session.menu.cursor)
        session.menu.cursor = null
      }
      player.openSession = null
    }

    player.closeWindow = () => {
      if (!player.openSession) return
      client.write('close_window', { windowId: player.openSession.id })
      player.leaveWindow()
      player.sendInventory() // what it has clicked meanwhile in a window that was gone
    }

    // While a window is open its lower half is the inventory. A word about the inventory itself would be about a
    // passing state of the clicks, and come when the client has closed the window and goes by what it held in the end.
    player.syncWindows = () => {
      const session = player.openSession ?? player.inventorySession
      if (session.settleAt && Date.now() >= session.settleAt) sendAll(player, session)
      else sync(player, session)
    }
    player.sendInventory = () => sendAll(player, player.inventorySession)

    client.on('window_click', packet => onClick(player, packet))
    client.on('close_window', () => player.leaveWindow())
    player.on('connected', () => player.sendInventory())
  })

  serv.on('tick', () => { for (const player of serv.players) player.syncWindows() })
}
