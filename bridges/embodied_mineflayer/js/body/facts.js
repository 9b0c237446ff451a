import { kindOf } from './entities.js'
import { slotItem } from './hands.js'
import { counts, freeSlots, stacks, usesLeft } from './inventory.js'
import { NearbyBlocks } from './nearby.js'

const SLOTS = ['hand', 'off_hand', 'head', 'torso', 'legs', 'feet']
const ENTITY_RADIUS = 24

/** Reads the body's facts. */
export class Facts {
  constructor (body) {
    this.body = body
    this.blocks = new NearbyBlocks(body)
  }

  /** `{facts, notes}` as the protocol's `observe` answers. */
  async observe () {
    const { bot } = this.body
    const entities = this.entities()
    const facts = {
      ...this.held(),
      ...this.vitals(),
      ...this.surroundings(),
      nearby_block: await this.blocks.distances(),
      nearby_entity: nearestByKind(entities)
    }
    const notes = {
      nearby_entities: entities.slice(0, 12).map(({ entity, distance }) => ({ id: entity.id, kind: kindOf(entity), distance })),
      held_item: bot.heldItem ? `${bot.heldItem.name} x${bot.heldItem.count}` : '',
      effects: this.effects(),
      raining: Boolean(bot.isRaining),
      sleeping: Boolean(bot.isSleeping),
      fast: Boolean(this.body.config.fast)
    }
    return { facts, notes }
  }

  held () {
    const { bot } = this.body
    const uses = {}
    for (const item of stacks(bot)) {
      if (item.maxDurability) uses[item.name] = (uses[item.name] ?? 0) + usesLeft(item)
    }
    const equipment = {}
    for (const slot of SLOTS) {
      const item = slotItem(bot, slot)
      if (item) equipment[slot] = item.name
    }
    return { inventory: counts(bot), uses, equipment, free_slots: freeSlots(bot) }
  }

  vitals () {
    const { bot } = this.body
    return {
      health: bot.health ?? 20,
      food: bot.food ?? 20,
      oxygen: bot.oxygenLevel ?? 20,
      alive: bot.isAlive !== false,
      xp_level: bot.experience?.level ?? 0,
      on_ground: Boolean(bot.entity.onGround),
      in_water: Boolean(bot.entity.isInWater)
    }
  }

  surroundings () {
    const { bot, registry } = this.body
    const { x, y, z } = bot.entity.position
    const time = bot.time.timeOfDay ?? 0
    const biome = bot.blockAt(bot.entity.position)?.biome
    return {
      position: [x, y, z].map((value) => Math.round(value * 100) / 100),
      time_of_day: time,
      is_day: time < 13000,
      biome: biome?.name || registry.biomes[biome?.id]?.name || null,
      dimension: String(bot.game.dimension ?? 'overworld').replace('minecraft:', ''),
      block_ahead: bot.blockAtCursor(4.5)?.name ?? 'air'
    }
  }

  entities () {
    const { bot } = this.body
    const feet = bot.entity.position
    return Object.values(bot.entities)
      .filter((entity) => entity !== bot.entity && entity.position)
      .map((entity) => ({ entity, distance: Math.round(entity.position.distanceTo(feet) * 10) / 10 }))
      .filter(({ distance }) => distance <= ENTITY_RADIUS)
      .sort((a, b) => a.distance - b.distance)
  }

  effects () {
    const { bot, registry } = this.body
    return Object.values(bot.entity.effects ?? {}).map((effect) => registry.effects[effect.id]?.name ?? String(effect.id))
  }
}

function nearestByKind (entities) {
  const nearest = {}
  for (const { entity, distance } of entities) nearest[kindOf(entity)] ??= distance
  return nearest
}
