import { itemName } from './collecting.js'
import { Failure } from './failure.js'

const KEPT = 2000
const AT_ONCE = 200
/** How far a hand reaches, with what a position on the wire lags behind [m]. */
const REACH = 7
/** A block that changes so soon after an arm was swung is taken for its doing [ms]. */
const SWING_MS = 1500
/** What was in the hand so shortly ago may be what was put: the last of a stack is gone by then [ms]. */
const HELD_MS = 1000

/**
 * What one other player is seen to do: blocks that vanish or appear in reach of a swinging arm, items that fly to the player,
 * what is in the hand. Menus (crafting, furnaces, chests) cannot be seen.
 */
export class Watching {
  #deeds = []
  #next = 1
  #name = ''
  #swung = -Infinity
  #held = []

  constructor (body) {
    this.body = body
    const { bot } = body
    bot.on('entitySwingArm', (entity) => { if (this.#is(entity)) this.#swung = performance.now() })
    bot.on('entityEquip', (entity) => { if (this.#is(entity)) this.#onHeld(entity) })
    bot.on('entityDead', (entity) => { if (this.#is(entity)) this.#note({ what: 'died' }) })
    bot.on('playerLeft', ({ username }) => { if (this.#name && username === this.#name) this.#note({ what: 'left' }) })
    bot.on('blockUpdate', (before, after) => this.#onBlock(before, after))
    bot._client.on('block_break_animation', ({ entityId }) => {
      if (entityId === this.#entity()?.id) this.#swung = performance.now()
    })
    // First in line: mineflayer forgets what was collected.
    bot._client.prependListener('collect', (packet) => this.#onCollect(packet))
  }

  begin (player) {
    const { bot } = this.body
    const players = Object.keys(bot.players).filter((name) => name !== bot.username)
    if (player && !players.includes(player)) {
      throw new Failure('no_player', `nobody called '${player}' is on the server`)
    }
    this.#name = player
    this.#deeds = []
    this.#next = 1
    this.#held = []
    const entity = this.#entity()
    if (entity) this.#onHeld(entity)
    return { players, seen: Boolean(entity) }
  }

  tell (after) {
    const deeds = this.#deeds.filter(({ number }) => number > after)
    const first = this.#deeds[0]?.number ?? this.#next
    return { deeds: deeds.slice(0, AT_ONCE), seen: Boolean(this.#entity()), missed: Math.max(0, first - after - 1) }
  }

  #entity () {
    return this.#name ? this.body.bot.players[this.#name]?.entity ?? null : null
  }

  #is (entity) {
    return Boolean(entity) && entity === this.#entity()
  }

  #onHeld (entity) {
    const name = (entity.heldItem ?? entity.equipment?.[0])?.name ?? ''
    if (this.#held.at(-1)?.name === name) return
    this.#held = [...this.#held.slice(-3), { name, since: performance.now() }]
    if (name) this.#note({ what: 'held', item: name })
  }

  /** What is in the hand, and what was a moment ago, newest first. */
  #hand () {
    const now = performance.now()
    const held = [...this.#held].reverse()
    return held.filter((_, i) => i === 0 || now - held[i - 1].since < HELD_MS).map(({ name }) => name)
  }

  #onCollect ({ collectedEntityId, collectorEntityId, pickupItemCount }) {
    if (collectorEntityId !== this.#entity()?.id) return
    const item = this.body.bot.entities[collectedEntityId]
    const name = item ? itemName(item) : ''
    if (name) this.#note({ what: 'got', item: name, count: pickupItemCount ?? 1 })
  }

  #onBlock (before, after) {
    const entity = this.#entity()
    if (!entity || !before || !after || before.stateId === after.stateId) return
    if (performance.now() - this.#swung > SWING_MS || entity.position.distanceTo(after.position) > REACH) return
    const at = [after.position.x, after.position.y, after.position.z]
    const was = before.boundingBox === 'block' || before.diggable
    const hand = this.#hand()
    if (after.boundingBox === 'empty' && was && before.name !== 'water' && before.name !== 'lava') {
      return this.#note({ what: 'dug', block: before.name, tool: hand[0] ?? '', at })
    }
    const item = hand.find((name) => name && (after.name === name || after.name.includes(name) || name.includes(after.name)))
    if (item && before.name !== after.name) this.#note({ what: 'put', item, block: after.name, at })
  }

  #note (deed) {
    const { x, y, z } = this.#entity()?.position ?? {}
    const from = x === undefined ? [] : [x, y, z].map((value) => Math.round(value * 10) / 10)
    this.#deeds.push({ number: this.#next++, item: '', block: '', tool: '', count: 1, at: [], from, ...deed })
    if (this.#deeds.length > KEPT) this.#deeds.shift()
  }
}
