import { Failure } from './failure.js'

/** What a cell costs the pathfinder that it is not to use, and one beside it, past which a turn could slip. */
const NEVER = 100
const BESIDE = 2
/** How far ahead a walk is looked at: in ticks of its speed, and along the eyes while it walks [m]. */
const AHEAD_TICKS = 2
const AHEAD_M = 0.15

const ANIMALS = new Set(['cow', 'pig', 'sheep', 'chicken', 'horse', 'donkey', 'mule', 'rabbit', 'wolf', 'cat', 'fox', 'goat', 'llama',
  'parrot', 'bee', 'turtle', 'squid', 'cod', 'salmon', 'mooshroom', 'camel', 'panda', 'ocelot', 'strider', 'frog', 'axolotl'])
const BUCKETS = /_bucket$/

/**
 * Rules of a person, handed over as data: where not to go, what not to dig, place, use up or hurt. They hold in every
 * dig and placement, the pathfinder's own included, and in its ways.
 */
export class Rules {
  constructor () {
    this.take({})
  }

  /** All rules anew; what is left out is lifted. */
  take (given) {
    this.noDigDown = given.no_dig_down ?? false
    this.stayOut = given.stay_out ?? []
    this.stayIn = given.stay_in ?? []
    this.lowest = given.lowest ?? -Infinity
    this.highest = given.highest ?? Infinity
    this.noTouch = (given.no_touch ?? []).map(pattern)
    this.noDig = given.no_dig ?? []
    this.noBuild = given.no_build ?? []
    this.noPlace = (given.no_place ?? []).map(pattern)
    this.noAttack = (given.no_attack ?? []).map(pattern)
    this.animalsToo = (given.no_attack ?? []).includes('animal')
    this.keep = given.keep ?? {}
    this.isFence = Boolean(this.stayOut.length || this.stayIn.length || given.lowest != null || given.highest != null)
  }

  /** Whether the body is not to go into a cell. */
  isOut ({ x, y, z }) {
    if (!this.isFence) return false
    const at = middle(x, y, z)
    const feet = Math.floor(y)
    return feet < this.lowest || feet > this.highest || inAny(this.stayOut, at) || this.stayIn.some((box) => !isIn(box, at))
  }

  /** Whether hands leave a cell alone as well. */
  isClosed ({ x, y, z }) {
    return inAny(this.stayOut, middle(x, y, z))
  }

  /** Why a block is not to be dug by a body that stands at `feet`; '' if it may be. */
  againstDigging (block, feet) {
    const { x, y, z } = block.position
    if (this.leavesAlone(block)) return `a rule forbids breaking ${block.name}`
    if (this.isClosed(block.position)) return `a rule forbids going where ${block.name} is, at ${x}, ${y}, ${z}`
    if (inAny(this.noDig, middle(x, y, z))) return `a rule forbids digging at ${x}, ${y}, ${z}`
    const below = y < feet.y && x === Math.floor(feet.x) && z === Math.floor(feet.z)
    if (below && this.noDigDown) return 'a rule forbids digging straight down'
    const falls = below && this.isOut(block.position) && !this.isOut(feet)
    return falls ? `a rule forbids going to ${x}, ${y}, ${z}, where the body would fall` : ''
  }

  leavesAlone (block) {
    const name = block.name?.replace(/(^|_)wall_/, '$1')
    return this.noTouch.some((one) => one.test(block.name) || one.test(name))
  }

  /** Why an item is not to be placed or used at a cell; '' if it may be. `held` counts what is there of it. */
  againstPlacing (item, cell, held) {
    if (this.noPlace.some((one) => one.test(item))) return `a rule forbids placing ${item}`
    if (cell && this.isClosed(cell)) return `a rule forbids going to ${cell.x}, ${cell.y}, ${cell.z}`
    if (cell && inAny(this.noBuild, middle(cell.x, cell.y, cell.z))) return `a rule forbids placing anything at ${cell.x}, ${cell.y}, ${cell.z}`
    return this.keeps(item, held) ? `a rule wants ${this.keep[item]} of ${item} kept` : ''
  }

  /** Whether one less of an item would be too few. */
  keeps (item, held) {
    return this.keep[item] !== undefined && held - 1 < this.keep[item]
  }

  /** Why an entity is not to be hit; '' if it may be. */
  againstHitting (kind) {
    const spared = this.noAttack.some((one) => one.test(kind)) || (this.animalsToo && ANIMALS.has(kind))
    return spared ? `a rule forbids attacking ${kind}` : ''
  }

  refuseOut (cell) {
    if (this.isOut(cell)) throw new Failure('rule', `a rule forbids going to ${Math.floor(cell.x)}, ${Math.floor(cell.y)}, ${Math.floor(cell.z)}`)
  }

  /** Costs for a pathfinder's movements. */
  guide (movements) {
    movements.exclusionAreasStep.push(({ position }) => this.costOf(position))
    movements.exclusionAreasPlace.push(({ position }) => position && (this.isClosed(position) || inAny(this.noBuild, middle(position.x, position.y, position.z))) ? NEVER : 0)
    movements.exclusionAreasBreak.push((block) => block.position && this.againstDigging(block, FAR_AWAY) ? NEVER : 0)
  }

  costOf (position) {
    if (!this.isFence || !position) return 0
    if (this.isClosed(position)) return NEVER
    const beside = [[1, 0], [-1, 0], [0, 1], [0, -1]].some(([dx, dz]) => this.isClosed(position.offset(dx, 0, dz)))
    return beside ? BESIDE : 0
  }

  /** Whether a step of a way may be made: where it ends, and what its corner cuts. */
  allowsStep (from, to) {
    if (!this.isFence || this.isOut(from)) return true
    for (let y = to.y; y <= Math.max(from.y, to.y); y++) if (this.isOut({ x: to.x, y, z: to.z })) return false
    if (from.x === to.x || from.z === to.z) return true
    return !this.isOut({ x: from.x, y: to.y, z: to.z }) && !this.isOut({ x: to.x, y: to.y, z: from.z })
  }

  /** Make `bot.dig`, whoever calls it, keep to the rules. */
  guardDigging (bot) {
    const { dig } = bot
    bot.dig = async (block, ...rest) => {
      const why = this.againstDigging(block, bot.entity.position)
      if (why) throw new Failure('rule', why)
      return dig(block, ...rest)
    }
  }

  /** The same for what is placed, emptied and used. */
  guardPlacing (bot) {
    const { _genericPlace: place, activateBlock, activateItem } = bot
    const refuse = (cell) => {
      const item = bot.heldItem?.name
      const why = item ? this.againstPlacing(item, cell, countOf(bot, item)) : ''
      if (why) throw new Failure('rule', why)
    }
    bot._genericPlace = async (reference, face, ...rest) => {
      refuse(reference.position.plus(face))
      return place(reference, face, ...rest)
    }
    bot.activateBlock = async (block, ...rest) => {
      const item = bot.heldItem?.name
      if (item && this.noPlace.some((one) => one.test(item))) refuse(null)
      return activateBlock(block, ...rest)
    }
    bot.activateItem = (...rest) => {
      const item = bot.heldItem?.name ?? ''
      const looked = BUCKETS.test(item) ? bot.blockAtCursor(5) : null
      if (this.noPlace.some((one) => one.test(item)) || looked) refuse(looked?.position ?? null)
      return activateItem(...rest)
    }
  }

  /** A body that heads where it is not to go stops before, whatever keys are pressed. */
  guardWalking (bot) {
    bot.on('physicsTick', () => {
      if (!this.isFence || this.isOut(bot.entity.position)) return
      const { position: p, velocity: v, yaw } = bot.entity
      const drifts = this.isOut(p.offset(v.x * AHEAD_TICKS, 0, v.z * AHEAD_TICKS))
      const pushes = bot.getControlState('forward') && this.isOut(p.offset(-Math.sin(yaw) * AHEAD_M, 0, -Math.cos(yaw) * AHEAD_M))
      if (!drifts && !pushes) return
      v.x = 0
      v.z = 0
      bot.clearControlStates()
    })
  }
}

const FAR_AWAY = { x: NaN, y: -Infinity, z: NaN }
const middle = (x, y, z) => [Math.floor(x) + 0.5, Math.floor(y) + 0.5, Math.floor(z) + 0.5]
const isIn = ({ low, high }, at) => at.every((value, axis) => value >= low[axis] && value <= high[axis])
const inAny = (boxes, at) => boxes.some((box) => isIn(box, at))

/** A name in which * stands for anything. */
const pattern = (name) => new RegExp(`^${name.split('*').map((part) => part.replace(/[^a-z0-9_]/gi, '\\$&')).join('.*')}$`)

const countOf = (bot, name) => bot.inventory.items().reduce((sum, item) => sum + (item.name === name ? item.count : 0), 0)
