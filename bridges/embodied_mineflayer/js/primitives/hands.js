import { cell, int, maybe, num, optional, primitive, str, bool } from './schema.js'
import { drop, eat, equip, unequip, useItem, useOn } from '../body/hands.js'

const slots = ['hand', 'off_hand', 'head', 'torso', 'legs', 'feet']
const slot = { type: 'string', enum: slots, description: slots.join(', '), default: 'hand' }

export default (body) => [
  primitive({
    name: 'equip',
    doc: 'Take an item in hand, or put on armour.',
    args: { item: str('item name'), slot },
    result: { item: str('what is in the slot now') },
    errors: { no_item: 'not held', wrong_slot: 'the item does not go there' },
    timeout_s: 10
  }, (args, ctx) => equip(body, args, ctx)),

  primitive({
    name: 'unequip',
    doc: 'Put what a slot holds back into the inventory.',
    args: { slot },
    result: { item: str('what was in it; "" if it was empty') },
    errors: { inventory_full: 'no room' },
    timeout_s: 10
  }, (args, ctx) => unequip(body, args, ctx)),

  primitive({
    name: 'eat',
    doc: 'Eat one item, or the best food held when item is None. About 1.6 s.',
    args: { item: maybe(str('food name')) },
    result: { item: str('what was eaten'), food: num('food level after [0-20]') },
    errors: { no_item: 'no food held', not_food: 'cannot be eaten', not_hungry: 'the food level is full', not_eaten: 'interrupted' },
    timeout_s: 10
  }, (args, ctx) => eat(body, args, ctx)),

  primitive({
    name: 'drop',
    doc: 'Throw items away, in front of the body.',
    args: { item: str('item name'), count: optional(int('how many', { minimum: 1, maximum: 2304 }), 1) },
    result: { dropped: int('how many') },
    errors: { no_item: 'not held' },
    timeout_s: 15
  }, (args, ctx) => drop(body, args, ctx)),

  primitive({
    name: 'use_on',
    doc: 'Use the item (None: whatever is in hand) on a block within reach: fill or empty a bucket, hoe, open a door, shear, light a fire.',
    args: { ...cell(), item: maybe(str('item to take in hand first')) },
    result: { block: str('the block that is there now'), changed: bool('the block or the inventory changed') },
    errors: { no_item: 'not held', out_of_reach: 'too far: go_to(x, y, z, range=3) first', not_there: 'nothing there to use it on' },
    timeout_s: 10
  }, (args, ctx) => useOn(body, args, ctx)),

  primitive({
    name: 'use_item',
    doc: 'Use an item in the air (throw, drink, put on) once.',
    args: { item: str('item name') },
    result: { changed: bool('the inventory changed') },
    errors: { no_item: 'not held' },
    timeout_s: 10
  }, (args, ctx) => useItem(body, args, ctx))
]
