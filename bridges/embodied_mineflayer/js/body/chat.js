import { Failure } from './failure.js'
import { Pace } from './pace.js'
import { isListed } from './players.js'
import { plainText } from './events.js'
import { pause } from './waiting.js'

const LONGEST = 256
const NOBODY = '00000000-0000-0000-0000-000000000000'
/** Kinds of player chat that are not said to anybody's ears: the echo of our whispers, announcements, teams. */
const NOT_SAID = /msg_command_outgoing|say_command|emote_command|team_msg/
const WHISPER = /msg_command_incoming/
/** The old packets (before 1.19): a line of a player in vanilla's own form, and a whisper. */
const OLD = { 'chat.type.text': false, 'commands.message.display.incoming': true }

/** Lines that are let through: of each listed player, and of all others together. */
const OF_LISTED = [20, 4]
const OF_OTHERS = [10, 0.5]

/**
 * What players say, told as events `chat` {player, uuid, text, whisper, listed, missed}, and `player_joined`, `player_left`
 * {player, uuid} of those that are listed.
 *
 * Who said it is the sender of the packet, looked up in the server's list of players. Lines that come as the server's own
 * (system messages, announcements, plugins that rewrite the chat) have no sender and are not told at all, whatever
 * their text looks like.
 */
export class Chat {
  #others = new Pace(...OF_OTHERS)
  #paces = new Map()
  #missed = 0
  listed = []

  constructor (body, hooks) {
    this.body = body
    this.hooks = hooks
    const { bot, roster } = body
    const client = bot._client
    // First in line: minecraft-protocol's own listener may fail at a signed message, see `survive`.
    client.prependListener('player_chat', (packet) => this.#onPlayerChat(packet))
    client.on('chat', (packet) => this.#onOldChat(packet))
    const told = (type) => (player) => {
      if (isListed(roster, player, this.listed)) hooks.event(type, { player: player.name, uuid: player.uuid })
    }
    roster.onJoin = told('player_joined')
    roster.onLeave = told('player_left')
  }

  /** From now on these players are listened to: names or UUIDs. */
  listen (players) {
    this.listed = players
    this.#paces.clear()
  }

  #onPlayerChat (packet) {
    const kind = kindOf(packet.type, this.body.registry)
    if (NOT_SAID.test(kind)) return
    const text = packet.plainMessage ?? plainText(packet.signedChatContent ?? '')
    this.#said(packet.senderUuid, text, WHISPER.test(kind))
  }

  #onOldChat ({ message, sender }) {
    if (!sender || sender === '0') return
    let said
    try {
      said = JSON.parse(message)
    } catch {
      return
    }
    if (!Object.hasOwn(OLD, said?.translate ?? '')) return
    this.#said(sender, plainText(said.with?.[1] ?? ''), OLD[said.translate])
  }

  #said (uuid, text, whisper) {
    const { roster, bot } = this.body
    const player = { uuid: String(uuid).toLowerCase(), name: roster.nameOf(uuid) }
    if (!text || !player.name || player.uuid === NOBODY || player.uuid === String(bot._client.uuid).toLowerCase()) return
    const listed = isListed(roster, player, this.listed)
    const pace = listed ? this.#paceOf(player.uuid) : this.#others
    if (!pace.take()) {
      if (listed) pace.missed = (pace.missed ?? 0) + 1
      else this.#missed += 1
      return
    }
    const missed = listed ? pace.missed ?? 0 : this.#missed
    if (listed) pace.missed = 0
    else this.#missed = 0
    const line = { player: player.name, uuid: player.uuid, text: text.slice(0, LONGEST), whisper, listed }
    this.hooks.event('chat', missed ? { ...line, missed } : line)
  }

  /** Only of listed players, so that there are few. */
  #paceOf (uuid) {
    if (!this.#paces.has(uuid)) this.#paces.set(uuid, new Pace(...OF_LISTED))
    return this.#paces.get(uuid)
  }
}

function kindOf (type, registry) {
  if (type?.chatType) return 'of its own' // an inline type, from 1.20.5 on
  const number = type?.registryIndex ?? type
  return registry.chatFormattingById?.[number]?.name ?? VANILLA[number] ?? 'unknown'
}

/** Vanilla's order, for a server whose registry was not read; unknown ones count as said by all. */
const VANILLA = ['chat', 'emote_command', 'msg_command_incoming', 'msg_command_outgoing', 'say_command',
  'team_msg_command_incoming', 'team_msg_command_outgoing']

/** What minecraft-protocol cannot read of a signed message must not end the stream of packets. */
export function survive (client, log) {
  let told = false
  for (const listener of client.listeners('player_chat')) {
    client.removeListener('player_chat', listener)
    client.on('player_chat', (packet) => {
      try {
        listener.call(client, packet)
      } catch (error) {
        if (!told) log(`a signed message could not be checked: ${error.message}`)
        told = true
      }
    })
  }
}

/**
 * Say one line: to everybody, or whispered to a player who is here. Waits until the server will not take it for spam.
 * Failures: refused, no_player.
 */
export async function speak (body, { text, to = '' }, ctx) {
  const { bot, roster, voice } = body
  if (/^\s*\//.test(text)) throw new Failure('refused', 'server commands are assistance, and refused')
  const player = roster.all().find(({ name, uuid }) => to && (name === to || uuid === to.toLowerCase()))
  if (to && (!player || /\s/.test(player.name))) throw new Failure('no_player', `${to} is not on the server`)
  while (!voice.take()) await pause(ctx, voice.waitMs)
  const head = player ? `/tell ${player.name} ` : ''
  bot._client.chat(head + text.slice(0, LONGEST - head.length))
  return { said: true }
}
