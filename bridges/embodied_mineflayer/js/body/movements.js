import pathfinding from 'mineflayer-pathfinder'
import { overlaps } from './search.js'
import { digForSure } from './sure_digging.js'
import { bestTool, spareHand } from './tools.js'
import { until } from './waiting.js'

const { Movements } = pathfinding

/** Walking 1 m costs 1; a second of digging costs about as much as the walk it replaces. */
const COST_PER_DIG_SECOND = 3.5
const CACHE_CELLS = 150_000

const NEVER_BREAK = /^(crafting_table|furnace|blast_furnace|smoker|chest|trapped_chest|barrel|.*_bed|.*shulker_box|anvil|spawner|torch|wall_torch)$/

/**
 * How this body may move. The stock Movements makes a Block object and asks every held tool for every cell it looks
 * at; here both are remembered, which makes a search several times faster.
 */
export class BodyMovements extends Movements {
  constructor (body, { dig, build }) {
    super(body.bot)
    this.body = body
    this.canDig = dig
    this.allowParkour = false
    this.allowSprinting = true
    this.canOpenDoors = false
    this.maxDropDown = 3
    this.infiniteLiquidDropdownDistance = false
    this.placeCost = 2.5
    this.liquidCost = 2
    this.allow1by1towers = build
    this.builds = build
    this.scafoldingBlocks = []
    for (const block of body.registry.blocksArray) {
      if (NEVER_BREAK.test(block.name)) this.blocksCantBreak.add(block.id)
      if (/^(magma_block|cactus|sweet_berry_bush|campfire|soul_fire|powder_snow)$/.test(block.name)) this.blocksToAvoid.add(block.id)
    }
    body.rules.guide(this)
    this.cells = new Map()
    this.labor = new Map()
  }

  getMoveDown (node, neighbors) {
    const before = neighbors.length
    super.getMoveDown(node, neighbors)
    const move = neighbors.length > before ? neighbors.at(-1) : null
    if (this.body.rules.noDigDown && move?.toBreak.length) neighbors.pop()
  }

  getNeighbors (node) {
    return super.getNeighbors(node).filter((move) => this.body.rules.allowsStep(node, move))
  }

  /** What it may build with on the journey that begins. */
  refresh () {
    this.labor.clear()
    const { bot, registry, rules } = this.body
    const held = (name) => bot.inventory.count(registry.itemsByName[name].id, null)
    this.scafoldingBlocks = this.builds
      ? scaffolding(registry).filter((name) => !rules.againstPlacing(name, null, held(name))).map((name) => registry.itemsByName[name].id)
      : []
  }

  forget () {
    this.cells.clear()
    this.labor.clear()
  }

  forgetCell (p) {
    this.cells.delete(key(p.x, p.y, p.z))
  }

  getBlock (pos, dx, dy, dz) {
    if (!pos) return super.getBlock(pos, dx, dy, dz)
    const at = key(pos.x + dx, pos.y + dy, pos.z + dz)
    const known = this.cells.get(at)
    if (known) return known
    if (this.cells.size > CACHE_CELLS) this.cells.clear()
    const block = super.getBlock(pos, dx, dy, dz)
    if (block.position) this.cells.set(at, block)
    return block
  }

  safeOrBreak (block, toBreak) {
    let cost = this.exclusionStep(block) + this.getNumEntitiesAt(block.position, 0, 0, 0) * this.entityCost
    if (block.safe) return cost
    if (!this.safeToBreak(block)) return 100
    toBreak.push(block.position)
    cost += this.laborOf(block)
    return cost
  }

  laborOf (block) {
    let labor = this.labor.get(block.type)
    if (labor === undefined) {
      const seconds = this.body.config.fast ? 0.05 : bestTool(this.body, block).seconds
      labor = 1 + COST_PER_DIG_SECOND * seconds
      this.labor.set(block.type, labor)
    }
    return Math.min(labor, 99)
  }
}

const key = (x, y, z) => ((x + 2097152) * 4194304 + (z + 2097152)) * 512 + (y + 128)

const scaffolding = (registry) => ['dirt', 'cobblestone', 'cobbled_deepslate', 'netherrack', 'andesite', 'diorite', 'granite']
  .filter((name) => registry.itemsByName[name])

/** How long the server has to show a block that was placed [ms]. */
const PLACED_MS = 600

/** Make the pathfinder dig with the best tool, place what it can, and not search again after each block of its own. */
export function teachPathfinder (body) {
  const { bot } = body
  bot.pathfinder.tickTimeout = 38
  bot.pathfinder.thinkTimeout = 3000
  bot.pathfinder.bestHarvestTool = (block) => {
    const { item } = bestTool(body, block)
    if (item) return item
    const slot = spareHand(bot)
    return slot === null ? null : bot.inventory.slots[36 + slot]
  }
  const expected = expectOwnChanges(bot)
  digForSure(bot, expected)
  body.rules.guardDigging(bot)
  body.rules.guardPlacing(bot)
  body.rules.guardWalking(bot)
  bot.placeBlock = (reference, face) => placeSoon(body, reference, face, expected)
  const movements = new Map()
  body.movements = (manners) => {
    const name = `${manners.dig}/${manners.build}`
    if (!movements.has(name)) movements.set(name, new BodyMovements(body, manners))
    const chosen = movements.get(name)
    chosen.refresh()
    return chosen
  }
  bot.prependListener('blockUpdate', (before, after) => {
    const position = (after ?? before)?.position
    if (position) for (const each of movements.values()) each.forgetCell(position)
  })
  bot.on('chunkColumnLoad', () => { for (const each of movements.values()) each.forget() })
}

/**
 * The pathfinder plans anew whenever a block near its path changes, and so after each block that it digs or places
 * itself, as planned. Its listener is wrapped so that those changes no longer count.
 */
function expectOwnChanges (bot) {
  const expected = new Set()
  const listener = bot.listeners('blockUpdate').find((each) => String(each).includes('isPositionNearPath'))
  if (!listener) return expected
  bot.removeListener('blockUpdate', listener)
  bot.on('blockUpdate', (before, after) => {
    if (after && expected.delete(String(after.position))) return
    listener(before, after)
  })
  return expected
}

async function placeSoon (body, reference, face, expected) {
  const { bot } = body
  const calm = { signal: AbortSignal.timeout(2 * PLACED_MS) }
  const cell = reference.position.plus(face)
  // A block can go below the body only once the server, too, has it above: that is after the next position sent.
  if (face.y === 1) await until(calm, { on: [[bot, 'move']], check: () => bot.entity.position.y >= cell.y + 1 || !overlaps(bot.entity.position, cell), ms: PLACED_MS })
  if (face.y === 1) await until(calm, { on: [[bot, 'move']], check: once(), ms: 150 })
  const before = bot.blockAt(cell)?.stateId
  expected.add(String(cell))
  await bot._genericPlace(reference, face, { swingArm: 'right', forceLook: true })
  const placed = () => bot.blockAt(cell)?.stateId !== before
  if (!await until(calm, { on: [[bot, `blockUpdate:${cell}`]], check: placed, ms: PLACED_MS })) {
    expected.delete(String(cell))
    throw new Error(`no block appeared at ${cell}`)
  }
}

/** True from the second time it is asked. */
function once () {
  let asked = false
  return () => asked || (asked = true, false)
}
