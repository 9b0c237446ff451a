import { bool, list, optional, primitive, record, str } from './schema.js'
import { speak } from '../body/chat.js'
import { isListed } from '../body/players.js'

// What is typed to a server is one line, and no command.
const ONE_LINE = '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029\\u00a7]+(?![\\s\\S])'

export default (body) => [
  primitive({
    name: 'hear_players',
    doc: 'Listen to these players in the chat from now on, and to nobody else: what they say is told as events `chat` with `listed` true.',
    args: { players: list(str('name exactly as the server writes it, or UUID'), 'who') },
    result: {
      name: str('what the body is called'),
      accounts_checked: bool('the server checks who its players are'),
      present: list(record({ player: str('name'), uuid: str('UUID') }), 'those of them who are here'),
      shared: list(str('name'), 'names of the list that more than one player goes by: none of them is listened to')
    },
    moves: false,
    timeout_s: 5
  }, ({ players }) => {
    body.chat.listen(players)
    const here = body.roster.all()
    return {
      name: body.bot.username,
      accounts_checked: body.accountsChecked(),
      present: here.filter((player) => isListed(body.roster, player, players)).map(({ name, uuid }) => ({ player: name, uuid })),
      shared: players.filter((name) => body.roster.isShared(name))
    }
  }),

  primitive({
    name: 'tell_player',
    doc: 'Say one line in the chat while the body goes on with what it does; waits where a server would take it for spam.',
    args: {
      text: { ...str('at most 200 characters in one line'), maxLength: 200, minLength: 1, pattern: ONE_LINE },
      to: optional(str('whispered to this player, a name or UUID; "": for everybody'), '')
    },
    result: { said: bool('it was sent') },
    errors: { refused: 'a server command', no_player: 'that player is not here' },
    moves: false,
    timeout_s: 15
  }, (args, ctx) => speak(body, args, ctx))
]
