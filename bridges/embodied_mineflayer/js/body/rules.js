import { Failure } from './failure.js'

/** What a cell costs the pathfinder that it is not to use. */
const NEVER = 100

/**
 * Rules of a person, handed over as data: cells to stay out of, blocks to leave alone, no digging straight down.
 * They hold in every dig, the pathfinder's own included, and in its ways.
 */
export class Rules {
  constructor () {
    this.take({})
  }

  /** All rules anew; what is left out is lifted. */
  take ({ no_dig_down: noDigDown = false, stay_out: stayOut = [], no_touch: noTouch = [] }) {
    this.noDigDown = noDigDown
    this.stayOut = stayOut
    this.noTouch = new Set(noTouch)
  }

  /** Whether the middle of a cell lies where the body is not to go. */
  isOut ({ x, y, z }) {
    const middle = [Math.floor(x) + 0.5, Math.floor(y) + 0.5, Math.floor(z) + 0.5]
    return this.stayOut.some(({ low, high }) => middle.every((at, axis) => at >= low[axis] && at <= high[axis]))
  }

  /** Why a block is not to be dug by a body that stands at `feet`; '' if it may be. */
  againstDigging (block, feet) {
    const { x, y, z } = block.position
    if (this.noTouch.has(block.name)) return `a rule forbids touching ${block.name}`
    if (this.isOut(block.position)) return `a rule forbids going where ${block.name} is, at ${x}, ${y}, ${z}`
    const below = y < feet.y && x === Math.floor(feet.x) && z === Math.floor(feet.z)
    return this.noDigDown && below ? 'a rule forbids digging straight down' : ''
  }

  /** Costs for a pathfinder's movements. */
  guide (movements) {
    movements.exclusionAreasStep.push((block) => block.position && this.isOut(block.position) ? NEVER : 0)
    movements.exclusionAreasPlace.push((block) => block.position && this.isOut(block.position) ? NEVER : 0)
    movements.exclusionAreasBreak.push((block) => this.noTouch.has(block.name) || this.isOut(block.position) ? NEVER : 0)
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
}
