import { cell, int, map, optional, primitive, str } from './schema.js'
import { chestContents, chestDeposit, chestWithdraw } from '../body/chests.js'

const errors = { no_chest: 'no chest or barrel at that cell, or out of reach (4 m)' }
const amount = { item: str('item name'), count: optional(int('how many', { minimum: 1, maximum: 2304 }), 1) }

export default (body) => [
  primitive({
    name: 'chest_contents',
    doc: 'What a chest within reach holds.',
    args: cell(),
    result: { contents: map(int('how many'), 'by item'), free_slots: int('empty slots') },
    errors,
    timeout_s: 10
  }, (args, ctx) => chestContents(body, args, ctx)),

  primitive({
    name: 'chest_deposit',
    doc: 'Put items into a chest within reach.',
    args: { ...cell(), ...amount },
    result: { moved: int('how many') },
    errors: { ...errors, no_item: 'not that many held', chest_full: 'no room in the chest', unknown_item: 'no such item' },
    timeout_s: 20
  }, (args, ctx) => chestDeposit(body, args, ctx)),

  primitive({
    name: 'chest_withdraw',
    doc: 'Take items out of a chest within reach.',
    args: { ...cell(), ...amount },
    result: { moved: int('how many') },
    errors: { ...errors, no_item: 'not that many in the chest', inventory_full: 'no room', unknown_item: 'no such item' },
    timeout_s: 20
  }, (args, ctx) => chestWithdraw(body, args, ctx))
]
