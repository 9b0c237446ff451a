import { Vec3 } from 'vec3'
import { blockAt, isAirBlock } from './blocks.js'
import { Failure } from './failure.js'

const CLOSE = 0.18
const STUCK_TICKS = 25

/** Walk straight to the middle of a cell at most 3 blocks away. */
export async function walkTo (body, args, ctx) {
  const { bot } = body
  const cell = new Vec3(Math.floor(args.x), Math.floor(args.y), Math.floor(args.z))
  const target = cell.offset(0.5, 0, 0.5)
  const start = bot.entity.position
  const flat = Math.hypot(target.x - start.x, target.z - start.z)
  if (flat > 3.6 || Math.abs(target.y - start.y) > 3.6) {
    throw new Failure('too_far', `${show(cell)} is ${flat.toFixed(1)} m away; walk_to reaches 3: use go_to`)
  }
  checkWay(body, start.floored(), cell)
  await steer(body, target, ctx)
  return { x: round(bot.entity.position.x), y: round(bot.entity.position.y), z: round(bot.entity.position.z) }
}

function checkWay (body, from, to) {
  for (const [cell, what] of [[to, 'feet'], [to.offset(0, 1, 0), 'head']]) {
    const block = blockAt(body, cell.x, cell.y, cell.z)
    if (block && block.boundingBox === 'block' && (what === 'head' || (block.shapes[0]?.[4] ?? 1) > 0.6)) {
      throw new Failure('blocked', `${block.name} is in the way of the ${what} at ${show(cell)}: dig it first`)
    }
  }
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.z - from.z), 1)
  for (let i = 1; i <= steps; i++) {
    const at = (a, b) => Math.round(a + (b - a) * i / steps)
    const passed = new Vec3(at(from.x, to.x), to.y, at(from.z, to.z))
    if (!body.rules.isOut(from)) body.rules.refuseOut(passed)
    checkFloor(body, passed)
  }
}

function checkFloor (body, cell) {
  for (let depth = 0; depth <= 4; depth++) {
    const block = blockAt(body, cell.x, cell.y - depth, cell.z)
    if (block?.name === 'lava') throw new Failure('danger', `lava at ${show(cell.offset(0, -depth, 0))}`)
    if (block && depth > 0 && (block.boundingBox === 'block' || block.name === 'water')) return
    if (block && depth === 0 && !isAirBlock(block) && block.name === 'water') return
  }
  throw new Failure('danger', `a drop of more than 3 blocks at ${show(cell)}`)
}

/** Press the keys, tick by tick, until the body stands in the middle of the cell. */
function steer (body, target, ctx) {
  const { bot } = body
  return new Promise((resolve, reject) => {
    let best = Infinity
    let idle = 0
    const tick = () => {
      const p = bot.entity.position
      const flat = Math.hypot(target.x - p.x, target.z - p.z)
      const settled = bot.entity.onGround || bot.entity.isInWater
      if (flat <= CLOSE) {
        stopKeys(bot)
        if (settled && p.y <= target.y + 0.6) return finish(resolve)
      } else {
        press(bot, target, flat)
      }
      const left = flat + Math.abs(target.y - p.y)
      idle = left < best - 0.05 ? 0 : idle + 1
      best = Math.min(best, left)
      if (idle > STUCK_TICKS) finish(reject, new Failure('stuck', `got no nearer than ${flat.toFixed(1)} m to ${show(target.floored())}`))
    }
    const onAbort = () => finish(reject, ctx.signal.reason)
    if (ctx.signal.aborted) return reject(ctx.signal.reason)
    bot.on('physicsTick', tick)
    ctx.signal.addEventListener('abort', onAbort, { once: true })
    function finish (settle, value) {
      bot.removeListener('physicsTick', tick)
      ctx.signal.removeEventListener('abort', onAbort)
      stopKeys(bot)
      settle(value)
    }
    tick()
  })
}

function press (bot, target, flat) {
  const p = bot.entity.position
  bot.look(Math.atan2(p.x - target.x, p.z - target.z), 0, true)
  bot.setControlState('forward', true)
  bot.setControlState('sprint', flat > 1.2)
  const climbing = target.y - p.y > 0.55
  bot.setControlState('jump', climbing || bot.entity.isInWater)
}

function stopKeys (bot) {
  bot.clearControlStates()
  bot.entity.velocity.x = 0
  bot.entity.velocity.z = 0
}

const show = (p) => `${p.x}, ${p.y}, ${p.z}`
const round = (value) => Math.round(value * 100) / 100
