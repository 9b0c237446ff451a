'use strict'
// How players come in and see each other: flying-squid's own way does not fit 1.20.4.

module.exports.server = serv => {
  const joined = { add_player: true, update_game_mode: true, update_listed: true, update_latency: true }
  const listing = player => ({
    uuid: player.uuid,
    player: { name: player.username, properties: player.profileProperties ?? [] },
    gamemode: player.gameMode,
    listed: 1,
    latency: player._client.latency ?? 0
  })

  /** At its second use of the login position flying-squid would throw back a player who walked meanwhile. */
  function sendLoginPositionOnce (player) {
    const send = player.sendSelfPosition
    let login = null
    player.sendSelfPosition = position => {
      if (position && position === login) return
      login ??= player.position
      send(position)
    }
  }

  serv.on('newPlayer', player => {
    player.entityType = serv.registry.entitiesByName.player.id // without it the spawn packet says 0, an allay
    sendLoginPositionOnce(player)
    // Set at each login by flying-squid, which tells everybody but the one who joins, and nobody of those who left.
    serv._sendPlayerList = newcomer => {
      const present = serv.players.includes(newcomer) ? serv.players : [...serv.players, newcomer]
      for (const { _client } of present) _client.write('player_info', { action: joined, data: present.map(listing) })
    }
    serv._sendPlayerEventLeave = gone => gone._writeOthers('player_remove', { players: [gone.uuid] })
  })
}
