import { isAir, isExposed, stateReader } from './blocks.js'
import { sectionsByDistance } from './search.js'
import { breathe } from './waiting.js'

const RADIUS = 24
const STALE_MS = 1500
const STALE_M = 4
const SLICE_MS = 6

/**
 * Remembers, for each kind of block, where the nearest one with an open face is. Looking takes some tens of
 * milliseconds, so it happens beside the calls, in slices, when the body has moved or the last look is old.
 */
export class NearbyBlocks {
  constructor (body) {
    this.body = body
    this.nearest = new Map()
    this.at = null
    this.when = -Infinity
    this.looking = null
    body.bot.on('blockUpdate', (before, after) => this.changed(after))
    body.bot.on('respawn', () => { this.at = null })
  }

  /** Distances by kind [m]. Waits for the first look only. */
  async distances () {
    const { bot } = this.body
    const feet = bot.entity.position
    const stale = !this.at || performance.now() - this.when > STALE_MS || feet.distanceTo(this.at) > STALE_M
    if (stale) this.looking ??= this.look().finally(() => { this.looking = null })
    if (!this.at) await this.looking
    const read = stateReader(bot)
    const result = {}
    for (const [name, p] of this.nearest) {
      const state = read(p.x, p.y, p.z)
      const there = state !== undefined && this.body.table.names[state] === name
      const distance = Math.hypot(p.x + 0.5 - feet.x, p.y + 0.5 - feet.y, p.z + 0.5 - feet.z)
      if (there && distance <= RADIUS) result[name] = Math.round(distance * 10) / 10
    }
    return result
  }

  /** A block appeared: it may be the nearest of its kind. One that vanished is noticed when it is read. */
  changed (block) {
    if (!block || !this.at || isAir(this.body, block.stateId)) return
    const feet = this.body.bot.entity.position
    const p = block.position
    const known = this.nearest.get(block.name)
    const away = (q) => Math.hypot(q.x + 0.5 - feet.x, q.y + 0.5 - feet.y, q.z + 0.5 - feet.z)
    if (away(p) > RADIUS || (known && away(known) <= away(p))) return
    if (isExposed(this.body, stateReader(this.body.bot), p.x, p.y, p.z)) this.nearest.set(block.name, p)
  }

  async look () {
    const { body } = this
    const { bot, table } = body
    const feet = bot.entity.position.clone()
    const read = stateReader(bot)
    const nearest = new Map()
    const best = new Float64Array(table.traits.length).fill(RADIUS)
    const firstState = new Map()
    let sliceStart = performance.now()
    for (const { section, x0, y0, z0 } of sectionsByDistance(bot, feet, RADIUS)) {
      if (section.data.value !== undefined && isAir(body, section.data.value)) continue
      for (let index = 0; index < 4096; index++) {
        const state = section.data.get(index)
        if (isAir(body, state)) continue
        const name = table.names[state]
        let slot = firstState.get(name)
        if (slot === undefined) firstState.set(name, slot = state)
        const x = x0 + (index & 15)
        const y = y0 + (index >> 8)
        const z = z0 + ((index >> 4) & 15)
        const distance = Math.hypot(x + 0.5 - feet.x, y + 0.5 - feet.y, z + 0.5 - feet.z)
        if (distance >= best[slot] || !isExposed(body, read, x, y, z)) continue
        best[slot] = distance
        nearest.set(name, { x, y, z })
      }
      if (performance.now() - sliceStart > SLICE_MS) {
        await breathe()
        if (!bot.entity) return
        sliceStart = performance.now()
      }
    }
    this.nearest = nearest
    this.at = feet
    this.when = performance.now()
  }
}
