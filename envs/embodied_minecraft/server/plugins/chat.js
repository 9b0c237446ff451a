'use strict'
// What players say, as 1.20.4 sends it: `player_chat` with the sender's UUID and the kind of line, so that a client
// can tell who spoke. flying-squid's own way puts the name into the text of a system message, where anybody can
// write any name. Nothing is signed: there are no accounts.

const LONGEST = 256
const ILLEGAL = /[\u0000-\u001f\u007f\u00a7]/
const LEGAL_NAME = /^[!-~]{1,16}$/
// Vanilla's: each line counts 20, each tick takes 1 off, and above 200 the player is sent away.
const A_LINE = 20
const MOST = 200
const WHISPERS = new Set(['msg', 'tell', 'w'])

module.exports.server = serv => {
  const kinds = {}
  serv.on('asap', () => {
    const { value } = serv.registry.loginPacket.dimensionCodec.value['minecraft:chat_type'].value.value
    for (const kind of value.value) kinds[kind.name.value.replace('minecraft:', '')] = kind.id.value
  })
  const component = text => serv._createChatComponent(text).toNetworkFormat()

  function send (to, sender, kind, message, target) {
    to._client.write('player_chat', {
      senderUuid: sender.uuid,
      index: sender.lines++,
      signature: undefined,
      plainMessage: message,
      timestamp: BigInt(Date.now()),
      salt: 0n,
      previousMessages: [],
      unsignedChatContent: undefined,
      filterType: 0,
      type: kinds[kind],
      networkName: component(sender.username),
      networkTargetName: target && component(target.username)
    })
  }

  const toAll = (sender, kind, message) => { for (const player of serv.players) send(player, sender, kind, message) }

  function whisper (sender, words) {
    const [, name, message] = /^(\S+)\s+(.*\S)/s.exec(words) ?? []
    const target = name && serv.players.find(({ username }) => username.toLowerCase() === name.toLowerCase())
    if (!target) return sender.system(name ? 'No player was found' : 'Usage: /msg <player> <message>')
    send(target, sender, 'msg_command_incoming', message)
    send(sender, sender, 'msg_command_outgoing', message, target)
  }

  const isSpam = player => {
    player.chatter = (player.chatter ?? 0) + A_LINE
    return player.chatter > MOST && !player.op
  }
  serv.on('tick', () => { for (const player of serv.players) if (player.chatter > 0) player.chatter-- })

  /** Whether what a client typed may be heard; it is sent away as vanilla sends it, if not. */
  function allowed (player, text) {
    const wrong = typeof text !== 'string' || text.length > LONGEST
      ? 'Chat message too long'
      : ILLEGAL.test(text) ? 'Illegal characters in chat' : isSpam(player) ? 'Kicked for spamming' : ''
    if (wrong) player.kick(wrong)
    return !wrong
  }

  serv.on('newPlayer', player => {
    const client = player._client
    player.lines = 0
    if (!LEGAL_NAME.test(client.username)) {
      player.login = async () => player.kick('Invalid characters in username')
      return
    }
    client.removeAllListeners('chat_message')
    client.on('chat_message', ({ message }) => {
      if (allowed(player, message) && message.trim()) toAll(player, 'chat', message.trim())
    })
    // At once, so that a whisper and a line keep their order: flying-squid's own listener waits in between.
    client.removeAllListeners('chat_command')
    client.on('chat_command', ({ command }) => { player.handleCommand(command).catch(error => serv.logError('command', error)) })
    const { handleCommand } = player
    player.handleCommand = async command => {
      if (!allowed(player, command)) return
      const [base, words] = [command.split(' ', 1)[0], command.slice(command.indexOf(' ') + 1)]
      if (WHISPERS.has(base)) return whisper(player, command.includes(' ') ? words : '')
      if (base === 'me' && command.includes(' ')) return toAll(player, 'emote_command', words)
      if (base === 'say' && player.op && command.includes(' ')) return toAll(player, 'say_command', words)
      return handleCommand.call(player, command)
    }
  })
}
