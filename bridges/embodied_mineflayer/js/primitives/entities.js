import { bool, int, list, num, optional, primitive, record, str } from './schema.js'
import { attack, nearbyEntities } from '../body/entities.js'

export default (body) => [
  primitive({
    name: 'nearby_entities',
    doc: 'Animals, monsters, players and dropped items near, nearest first. The radius is at most 48 m.',
    args: { radius: optional(num('how far from the feet [m]', { minimum: 1, maximum: 48 }), 24.0) },
    result: {
      entities: list(record({
        id: int('for attack()'), kind: str('e.g. "cow", "zombie", "item"'), item: str('what a dropped item is, "" if unknown'),
        x: num('[m]'), y: num('[m]'), z: num('[m]'), distance: num('[m]')
      }), 'nearest first')
    },
    moves: false,
    timeout_s: 5
  }, ({ radius }) => ({ entities: nearbyEntities(body, radius) })),

  primitive({
    name: 'attack',
    doc: 'Follow an entity and hit it with the best weapon held, `times` times or until it is dead.',
    args: {
      entity_id: int('from nearby_entities()'),
      times: optional(int('hits', { minimum: 1, maximum: 64 }), 16)
    },
    result: { hits: int('blows dealt'), gone: bool('the entity is dead or left') },
    errors: { no_entity: 'no such entity near', out_of_reach: 'could not get near it' },
    timeout_s: 40
  }, (args, ctx) => attack(body, args, ctx))
]
