import { itemName } from './collecting.js'
import { Failure } from './failure.js'
import { rounded, NearCell, travel } from './travel.js'
import { takeInHand } from './tools.js'
import { pause } from './waiting.js'

const WEAPON_RANK = ['netherite_sword', 'diamond_sword', 'netherite_axe', 'diamond_axe', 'iron_sword', 'iron_axe', 'stone_sword',
  'stone_axe', 'wooden_sword', 'golden_sword', 'wooden_axe', 'golden_axe']
const HIT_REACH = 3

export const kindOf = (entity) => (entity.username || entity.type === 'player' ? 'player' : entity.name ?? 'unknown')

export function nearbyEntities (body, radius) {
  const { bot } = body
  const feet = bot.entity.position
  return Object.values(bot.entities)
    .filter((entity) => entity !== bot.entity && entity.position && entity.position.distanceTo(feet) <= radius)
    .map((entity) => ({
      id: entity.id,
      kind: kindOf(entity),
      item: entity.name === 'item' ? itemName(entity) : '',
      ...rounded(entity.position),
      distance: Math.round(entity.position.distanceTo(feet) * 100) / 100
    }))
    .sort((a, b) => a.distance - b.distance)
}

export async function attack (body, { entity_id: id, times }, ctx) {
  const { bot } = body
  if (!bot.entities[id] || bot.entities[id] === bot.entity) throw new Failure('no_entity', `no entity ${id} is near: see nearby_entities()`)
  const against = body.rules.againstHitting(kindOf(bot.entities[id]))
  if (against) throw new Failure('rule', against)
  const weapon = WEAPON_RANK.map((name) => bot.inventory.items().find((item) => item.name === name)).find(Boolean)
  if (weapon) await takeInHand(body, ctx, weapon)
  const cooldown = swingMs(weapon)
  let hits = 0
  while (hits < times && bot.entities[id]) {
    const target = bot.entities[id]
    if (!inRange(bot, target)) await approach(body, target, ctx)
    if (!bot.entities[id]) break
    await bot.lookAt(target.position.offset(0, (target.height ?? 1) * 0.6, 0), true)
    bot.attack(target)
    hits += 1
    await pause(ctx, cooldown)
  }
  if (!bot.entities[id]) body.dugAt = performance.now()
  return { hits, gone: !bot.entities[id] }
}

const inRange = (bot, target) =>
  bot.entity.position.offset(0, 1.2, 0).distanceTo(target.position.offset(0, (target.height ?? 1) / 2, 0)) <= HIT_REACH

/** Follow a target that may walk away, one stretch of the way at a time. */
async function approach (body, target, ctx) {
  const { bot } = body
  const gone = () => !bot.entities[target.id]
  for (let stretch = 0; stretch < 12 && !gone(); stretch++) {
    const { x, y, z } = target.position
    const from = target.position.clone()
    const done = () => gone() || inRange(bot, target) || target.position.distanceTo(from) > 3
    await travel(body, new NearCell(x, y, z, 1.5), { dig: false, build: false, done }, ctx)
    if (inRange(bot, target) || gone()) return
  }
  throw new Failure('out_of_reach', `could not get near the ${kindOf(target)}`)
}

/** The time between two blows at full strength [ms]. */
function swingMs (weapon) {
  if (!weapon) return 260
  return weapon.name.endsWith('_sword') ? 630 : 1100
}
