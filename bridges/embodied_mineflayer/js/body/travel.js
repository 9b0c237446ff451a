import pathfinding from 'mineflayer-pathfinder'
import { Vec3 } from 'vec3'
import { blockAt, reachTo, visibleFace } from './blocks.js'
import { Failure } from './failure.js'
import { pause, until } from './waiting.js'

export { walkTo } from './walking.js'

const { goals } = pathfinding
const STUCK_MS = 4500
const THINK_MS = 9000
const STILL_MS = 700
/** Above 1 the search prefers to head for the goal, and finds a good way sooner than the best way later. */
const GREED = 1.4
/** When that takes too long, e.g. for a tunnel through stone, it heads straight for the goal. */
const IMPATIENT_GREED = 6
const IMPATIENT_MS = 700

class NearCell extends goals.Goal {
  constructor (x, y, z, range) {
    super()
    this.cell = new Vec3(Math.floor(x), Math.floor(y), Math.floor(z))
    this.range = range
    this.greed = GREED
  }

  heuristic (node) {
    const dx = Math.abs(node.x - this.cell.x)
    const dz = Math.abs(node.z - this.cell.z)
    return this.greed * (Math.max(dx, dz) + 0.41 * Math.min(dx, dz) + Math.abs(node.y - this.cell.y))
  }

  isEnd (node) {
    return Math.hypot(node.x - this.cell.x, node.y - this.cell.y, node.z - this.cell.z) <= this.range + 0.01
  }
}

class NearColumn extends NearCell {
  constructor (x, z, range) {
    super(x, 0, z, range)
  }

  heuristic (node) {
    const dx = Math.abs(node.x - this.cell.x)
    const dz = Math.abs(node.z - this.cell.z)
    return this.greed * (Math.max(dx, dz) + 0.41 * Math.min(dx, dz))
  }

  isEnd (node) {
    return Math.hypot(node.x - this.cell.x, node.z - this.cell.z) <= this.range + 0.01
  }
}

/** Where a block can be touched: next to it, or in reach with a face in view. */
class InReach extends NearCell {
  constructor (body, x, y, z) {
    super(x, y, z, 0)
    this.body = body
  }

  isEnd (node) {
    const { x, y, z } = this.cell
    const beside = Math.abs(node.x - x) + Math.abs(node.z - z)
    const above = y - node.y
    if (beside === 1 && (above === 0 || above === 1)) return true
    if (beside === 0 && (above === -1 || above === 2)) return true
    const eye = new Vec3(node.x + 0.5, node.y + 1.62, node.z + 0.5)
    if (reachTo(eye, this.cell) > 4) return false
    const block = blockAt(this.body, x, y, z)
    return block !== null && visibleFace(this.body, block, eye).face !== undefined
  }
}

export async function goTo (body, { x, y, z, range, dig, build }, ctx) {
  const goal = new NearCell(x, y, z, range)
  if (range < 1) body.rules.refuseOut(goal.cell)
  await arrive(body, goal, { dig, build }, ctx, `${goal.cell.x}, ${goal.cell.y}, ${goal.cell.z}`)
  const p = body.bot.entity.position
  return { ...rounded(p), distance: round(p.distanceTo(goal.cell.offset(0.5, 0, 0.5))) }
}

export async function goInReach (body, { x, y, z, dig, build }, ctx) {
  const goal = new InReach(body, x, y, z)
  await arrive(body, goal, { dig, build }, ctx, `a place from which ${x}, ${y}, ${z} can be touched`)
  return rounded(body.bot.entity.position)
}

export async function goToward (body, { x, z, range, dig, build }, ctx) {
  const goal = new NearColumn(x, z, range)
  const start = body.bot.entity.position.clone()
  const end = await persist(body, goal, { dig, build }, ctx)
  const p = body.bot.entity.position
  if (end !== 'arrived' && p.distanceTo(start) < 2) throw ended(end, `${Math.floor(x)}, ${Math.floor(z)}`)
  return { ...rounded(p), arrived: end === 'arrived' }
}

async function arrive (body, goal, manners, ctx, where) {
  const end = await persist(body, goal, manners, ctx)
  await footing(body, ctx)
  if (end !== 'arrived') throw ended(end, where)
}

function ended (end, where) {
  if (end === 'no_path') return new Failure('no_path', `found no way to ${where}`)
  if (end === 'stuck') return new Failure('stuck', `stopped moving on the way to ${where}`)
  return new Failure('interrupted', `the way to ${where} was given up for another`)
}

/** Travel; when stuck, shake loose and try twice more. */
async function persist (body, goal, manners, ctx) {
  let end = 'stuck'
  for (let attempt = 0; attempt < 3 && end === 'stuck'; attempt++) {
    if (attempt > 0) await shakeLoose(body, ctx, attempt)
    end = await travel(body, goal, manners, ctx)
  }
  return end
}

async function shakeLoose (body, ctx, attempt) {
  const { bot } = body
  // Not sideways off a pillar.
  if (isLevel(body) && !body.rules.isFence) bot.setControlState(attempt % 2 ? 'back' : 'left', true)
  bot.setControlState('jump', true)
  try {
    await pause(ctx, 400)
  } finally {
    bot.clearControlStates()
  }
}

function isLevel (body) {
  const p = body.bot.entity.position.floored()
  const hasFloor = (dx, dz) => [0, -1, -2, -3].some((dy) => blockAt(body, p.x + dx, p.y + dy, p.z + dz)?.boundingBox === 'block')
  return [[1, 0], [-1, 0], [0, 1], [0, -1]].every(([dx, dz]) => hasFloor(dx, dz))
}

/**
 * Follow one goal of the pathfinder's until it ends: "arrived", "no_path", "stuck", "interrupted", or "done" when
 * `done()` says that the journey has become needless. Throws the signal's reason when aborted.
 */
export function travel (body, goal, { dig = true, build = true, done = null }, ctx) {
  const { bot } = body
  if (ctx.signal.aborted) throw ctx.signal.reason
  if (bot.entity.onGround && goal.isEnd(bot.entity.position.floored())) return Promise.resolve('arrived')
  return new Promise((resolve, reject) => {
    const watch = new ProgressWatch(bot)
    const listeners = {
      goal_reached: () => finish('arrived'),
      goal_updated: (next) => { if (next !== goal) finish('interrupted') },
      path_stop: () => finish('interrupted'),
      // The server moved the body: the path no longer starts where it stands.
      forcedMove: () => bot.pathfinder.setGoal(goal),
      path_reset: (reason) => watch.reset(reason),
      path_update: (result) => {
        watch.thought(result)
        if (result.status === 'partial' && result.time > IMPATIENT_MS && goal.greed === GREED) {
          goal.greed = IMPATIENT_GREED
          setImmediate(() => { if (!over) bot.pathfinder.setGoal(goal) })
        }
        if (result.status === 'noPath') finish('no_path')
      },
      physicsTick: () => {
        if (done?.()) return finish('done')
        const end = watch.tick()
        if (end === 'again') bot.pathfinder.setGoal(goal)
        else if (end) finish(end)
      }
    }
    const onAbort = () => finish(null)
    for (const [event, listener] of Object.entries(listeners)) bot.on(event, listener)
    ctx.signal.addEventListener('abort', onAbort, { once: true })
    let over = false
    bot.pathfinder.setMovements(body.movements({ dig, build }))
    bot.pathfinder.setGoal(goal)

    function finish (end) {
      if (over) return
      over = true
      for (const [event, listener] of Object.entries(listeners)) bot.removeListener(event, listener)
      ctx.signal.removeEventListener('abort', onAbort)
      halt(bot)
      // The pathfinder finishes its own tick after it has told us.
      setImmediate(() => end === null ? reject(ctx.signal.reason) : resolve(end))
    }
  })
}

/** Wait to land: what is dug in mid-air takes five times as long. */
export const footing = (body, ctx) => until(ctx, {
  on: [[body.bot, 'physicsTick']],
  check: () => body.bot.entity.onGround || body.bot.entity.isInWater,
  ms: 1000
})

/** Let go of the path and of the keys. */
export function halt (bot) {
  bot.pathfinder.setGoal(null)
  bot.endDig()
  bot.clearControlStates()
  bot.entity.velocity.x = 0
  bot.entity.velocity.z = 0
}

/** Notices when a journey no longer gets anywhere. */
class ProgressWatch {
  constructor (bot) {
    this.bot = bot
    this.anchor = bot.entity.position.clone()
    this.since = performance.now()
    this.thinkingSince = null
    this.troubles = 0
    this.timeouts = 0
    this.last = this.anchor
    this.stillSince = this.since
  }

  thought (result) {
    if (result.status === 'partial') {
      this.thinkingSince ??= performance.now()
    } else {
      if (this.thinkingSince !== null) this.since = performance.now()
      this.thinkingSince = null
      if (result.status === 'timeout') this.timeouts += 1
    }
  }

  reset (reason) {
    if (reason === 'stuck' || reason === 'dig_error' || reason === 'place_error') this.troubles += 1
  }

  tick () {
    const now = performance.now()
    if (this.bot.entity.position.distanceTo(this.anchor) > 0.7) {
      this.anchor = this.bot.entity.position.clone()
      this.since = now
      this.troubles = 0
    }
    if (this.thinkingSince !== null && now - this.thinkingSince > THINK_MS) return 'no_path'
    if (this.timeouts > 2) return 'no_path'
    if (this.isBecalmed(now)) return 'again'
    if (this.troubles > 3) return 'stuck'
    const patience = this.bot.targetDigBlock ? 25_000 : STUCK_MS
    if (this.thinkingSince === null && now - this.since > patience) return 'stuck'
    return null
  }

  /** The pathfinder has a way and presses no key: it does this at some edges, and a new search frees it. */
  isBecalmed (now) {
    const { bot } = this
    const p = bot.entity.position
    const busy = this.thinkingSince !== null || bot.targetDigBlock || bot.pathfinder.isMining() || bot.pathfinder.isBuilding()
    if (busy || !bot.pathfinder.isMoving() || p.distanceTo(this.last) > 0.02) {
      this.last = p.clone()
      this.stillSince = now
    }
    if (now - this.stillSince < STILL_MS) return false
    this.stillSince = now
    return true
  }
}

const round = (value) => Math.round(value * 100) / 100
export const rounded = (p) => ({ x: round(p.x), y: round(p.y), z: round(p.z) })
export { NearCell }
