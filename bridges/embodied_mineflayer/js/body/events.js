import { usesLeft } from './inventory.js'

const HUNGRY = 6
const CAUSE_MS = 60
/** Oxygen at which a body under water must look for air [0-20], and at which the warning is armed again. */
const BREATHLESS = 7
const BREATHING = 15

/** Tell the protocol what happens to the body. `onDeath` and `onEnd` are the body's own. */
export function listen (body, hooks, { onDeath, onEnd }) {
  const { bot } = body
  let cause = ''
  let health = bot.health ?? 20
  let food = bot.food ?? 20
  let day = null

  bot._client.on('death_combat_event', ({ message }) => { cause = plainText(message) })
  bot.on('messagestr', (text) => { if (!cause && bot.isAlive === false && text.startsWith(bot.username)) cause = text })
  bot.on('death', () => {
    const position = place(bot)
    // The server says why a moment later.
    setTimeout(() => {
      hooks.event('died', { position, cause })
      cause = ''
    }, CAUSE_MS)
    onDeath()
  })
  bot.on('spawn', () => hooks.event('respawned', { position: place(bot) }))
  bot.on('health', () => {
    if (bot.health < health && bot.health > 0) hooks.event('hurt', { health: bot.health, lost: Math.round((health - bot.health) * 10) / 10 })
    if (bot.food <= HUNGRY && food > HUNGRY) hooks.event('hungry', { food: bot.food })
    health = bot.health
    food = bot.food
  })
  let breathless = false
  bot.on('breath', () => {
    if (bot.oxygenLevel >= BREATHING) breathless = false
    if (breathless || bot.oxygenLevel > BREATHLESS || !bot.isAlive) return
    breathless = true
    hooks.event('drowning', { oxygen: bot.oxygenLevel })
  })
  bot.on('time', () => {
    const now = bot.time.timeOfDay < 13000
    if (day !== null && now !== day) hooks.event(now ? 'day' : 'night', { time_of_day: bot.time.timeOfDay })
    day = now
  })
  bot.inventory.on('updateSlot', (slot, before, after) => {
    if (before?.maxDurability && !after && usesLeft(before) <= 1) reportBreak(body, hooks, before.name)
  })
  let kicked = ''
  bot.on('kicked', (reason) => {
    kicked = plainText(reason)
    hooks.event('kicked', { reason: kicked })
  })
  bot.on('error', (error) => body.log(`mineflayer: ${error.message}`))
  bot.on('end', (reason) => onEnd(kicked
    ? `the Minecraft server sent the body away: ${kicked}`
    : `the Minecraft server is gone (${reason ?? 'the connection ended'})`))
}

/** A tool that is only being moved to another slot is still held a moment later. */
function reportBreak (body, hooks, name) {
  const { bot } = body
  setImmediate(() => {
    const held = bot.inventory.slots.some((item) => item?.name === name && usesLeft(item) <= 1)
    if (!held && bot.inventory.selectedItem?.name !== name) hooks.event('item_broke', { item: name })
  })
}

const place = (bot) => {
  const { x, y, z } = bot.entity.position
  return [x, y, z].map((value) => Math.round(value * 10) / 10)
}

/** The words of a chat component, however it is packed. */
export function plainText (message) {
  if (message === null || message === undefined) return ''
  if (typeof message === 'string') {
    if (!/^[{["]/.test(message)) return message
    try {
      return plainText(JSON.parse(message))
    } catch {
      return message
    }
  }
  if (Array.isArray(message)) return message.map(plainText).join('')
  if (typeof message !== 'object') return String(message)
  if ('value' in message && 'type' in message) return plainText(message.value)
  const parts = [message.text, message.translate, message.extra, message.with].filter((part) => part !== undefined)
  return parts.map(plainText).join(' ').trim()
}
