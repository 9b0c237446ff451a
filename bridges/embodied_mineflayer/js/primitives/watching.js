import { bool, int, list, num, optional, primitive, record, str } from './schema.js'

const deed = record({
  number: int('counts from 1'),
  what: str('dug, got, put, held, died or left'),
  item: str('item name, "" if none'),
  block: str('block name, "" if none'),
  tool: str('what was in the hand, "" if nothing was'),
  count: int('how many'),
  at: list(num('x, y, z [m, world frame]'), 'where; empty if that does not matter'),
  from: list(num('x, y, z [m, world frame]'), 'where the player stood')
})

export default (body) => [
  primitive({
    name: 'watch_player',
    doc: 'Watch what a player does from now on, as far as it can be seen; "" for nobody. `watched` tells what was seen.',
    args: { player: str('name exactly as the server writes it') },
    result: { players: list(str('name'), 'the others who are on the server'), seen: bool('the player is in sight') },
    errors: { no_player: 'nobody of the name is on the server' },
    moves: false,
    timeout_s: 5
  }, ({ player }) => body.watching.begin(player)),

  primitive({
    name: 'watched',
    doc: 'What the watched player was seen to do after deed number `after`, oldest first, at most 200.',
    args: { after: optional(int('number of the last deed that is known', { minimum: 0 }), 0) },
    result: { deeds: list(deed, 'oldest first'), seen: bool('the player is in sight'), missed: int('no longer kept') },
    moves: false,
    timeout_s: 5
  }, ({ after }) => body.watching.tell(after))
]
