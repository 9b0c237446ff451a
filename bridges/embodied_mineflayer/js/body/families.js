const family = (name, kind, doc, { keys = [], closed = false, fallback = null } = {}) =>
  ({ name, keys, kind, doc, closed, default: fallback })

/** What this body can say of the world; the names are those of `embodied_minecraft.facts`. */
export const FAMILIES = [
  family('inventory', 'int', 'How many of an item are held: main inventory, hotbar, off hand and worn armour.',
    { keys: ['item'], closed: true, fallback: 0 }),
  family('uses', 'int', 'Remaining uses (durability), summed over all held tools of that kind.',
    { keys: ['item'], closed: true, fallback: 0 }),
  family('equipment', 'str', 'Item in a slot: hand, off_hand, head, torso, legs or feet.', { keys: ['slot'] }),
  family('health', 'float', 'Health, 0 to 20 [half hearts].'),
  family('food', 'float', 'Food level, 0 to 20 [half drumsticks].'),
  family('oxygen', 'float', 'Breath left, 0 to 20 [half bubbles].'),
  family('position', 'vector', 'Position of the feet [m, world frame; y is up].'),
  family('time_of_day', 'int', 'Time of day [ticks, 0 to 23999; 0 is sunrise].'),
  family('is_day', 'bool', 'True by day.'),
  family('biome', 'str', 'Biome at the feet.'),
  family('dimension', 'str', 'Dimension: overworld, the_nether or the_end.'),
  family('on_ground', 'bool', 'True if the body stands on something.'),
  family('in_water', 'bool', 'True if the body is in water.'),
  family('block_ahead', 'str', 'The block that the body looks at, within reach.'),
  family('alive', 'bool', 'False between death and respawn.'),
  family('free_slots', 'int', 'Empty slots of the main inventory and hotbar.'),
  family('xp_level', 'int', 'Experience level.'),
  family('nearby_block', 'float', 'Distance to the nearest block of a kind with an exposed face, within 24 m [m].', { keys: ['block'] }),
  family('nearby_entity', 'float', 'Distance to the nearest entity of a kind, within 24 m [m].', { keys: ['kind'] })
]
