import prismarineItem from 'prismarine-item'
import { until } from './waiting.js'

/** How long the server has to say what the inventory holds [ms]. */
const ANSWER_MS = 1000
const OUTSIDE = -999
const DRAG = 5
const END_OF_DRAG = 2
/** The state id of a client that has seen nothing yet: a server that reads it shows everything. */
const NOTHING_SEEN = -1

/**
 * Shut whatever window is open, and wait until the server has said what the inventory holds.
 *
 * mineflayer goes by what a click should do. Something picked up between two clicks makes them do something else,
 * and then the one shows what the other does not have. Shutting the window brings back what lies in a grid or hangs
 * on the cursor; the end of a drag that never began changes nothing, and asks for everything. False if no answer came.
 */
export async function agree (body, ctx) {
  const { bot } = body
  bot.closeWindow(bot.currentWindow ?? bot.inventory)
  bot.inventory.selectedItem = null
  if (!bot.supportFeature('stateIdUsed')) return false
  body.Item ??= prismarineItem(bot.registry)
  let answered = false
  const hear = () => { answered = true }
  bot.once('setWindowItems:0', hear)
  try {
    bot._client.write('window_click', {
      windowId: 0,
      stateId: NOTHING_SEEN,
      slot: OUTSIDE,
      mouseButton: END_OF_DRAG,
      mode: DRAG,
      changedSlots: [],
      cursorItem: body.Item.toNotch(null)
    })
    await until(ctx, { on: [[bot, 'setWindowItems:0']], check: () => answered, ms: ANSWER_MS })
    return answered
  } finally {
    bot.removeListener('setWindowItems:0', hear)
  }
}

/** Put back at once what hangs on the server's cursor and not on ours: nobody would see it there. */
export function heedCursor (body) {
  const { bot } = body
  bot._client.on('window_items', ({ windowId, carriedItem }) => {
    const carries = carriedItem && carriedItem.present !== false && (carriedItem.itemCount ?? 1) > 0
    if (windowId === 0 && carries && !bot.currentWindow && !bot.inventory.selectedItem) bot.closeWindow(bot.inventory)
  })
}
