import { int, list, map, maybe, optional, primitive, record, str, bool } from './schema.js'
import { craftItem, recipeList } from '../body/crafting.js'

export default (body) => [
  primitive({
    name: 'craft',
    doc: 'Craft `count` more of an item from what is held (rounded up to whole recipes), whatever is held of it already. ' +
      'Where a table is needed: the one at x, y, z, or the nearest in reach.',
    args: {
      item: str('item name'),
      count: optional(int('how many items are wanted; rounded up to whole recipes', { minimum: 1, maximum: 2304 }), 1),
      x: maybe(int('crafting table x')), y: maybe(int('crafting table y')), z: maybe(int('crafting table z'))
    },
    result: { crafted: int('how many were gained') },
    errors: {
      no_recipe: 'nothing crafts this item',
      missing_ingredients: 'message and value.missing say what, and how many',
      no_table: 'needs a crafting table within reach (4 m)',
      inventory_full: 'no room for the result',
      unknown_item: 'no such item in this version',
      not_crafted: 'the server did not give the result'
    },
    timeout_s: 60
  }, (args, ctx) => craftItem(body, args, ctx)),

  primitive({
    name: 'recipes',
    doc: 'How the game says an item is crafted: the alternatives, each with what it uses.',
    args: { item: str('item name') },
    result: {
      recipes: list(record({
        yields: int('items per recipe'),
        needs_table: bool('needs a crafting table'),
        ingredients: map(int('how many'), 'by item')
      }), 'alternatives')
    },
    errors: { unknown_item: 'no such item in this version' },
    moves: false,
    timeout_s: 5
  }, ({ item }) => ({ recipes: recipeList(body, item) }))
]
