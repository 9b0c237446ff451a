'use strict'
// What is really so, for a referee that does not want to take the body's word: one JSON question a line.

module.exports.server = serv => {
  const count = slots => {
    const counts = {}
    for (const stack of slots) if (stack) counts[stack.name] = (counts[stack.name] ?? 0) + stack.count
    return counts
  }

  function describe (player) {
    const { x, y, z } = player.position
    const cursors = [player.inventorySession?.menu.cursor, player.openSession?.menu.cursor]
    return {
      inventory: count(player.inventory.slots.slice(5, 46)),
      cursor: count(cursors.filter(Boolean)),
      health: player.health,
      food: player.food,
      position: [x, y, z],
      alive: !player.dead,
      game_mode: player.gameMode,
      operator: player.op === true
    }
  }

  function answer ({ id, ask, name, after }) {
    if (ask === 'time') return { id, time: serv.time }
    if (ask === 'players') return { id, players: serv.players.map(player => player.username) }
    if (ask === 'deeds') return { id, ...serv.survival.deedsOf(String(name), Number(after) || 0) }
    if (ask === 'player') {
      const player = serv.players.find(({ username }) => username === name)
      return player ? { id, player: describe(player) } : { id, error: { code: 'no_player', message: `'${name}' is not here` } }
    }
    return { id, error: { code: 'bad_question', message: `cannot answer '${ask}'; ask player, players, deeds or time` } }
  }

  serv.answerTruth = (line, say) => {
    if (!line.trim()) return
    try {
      const question = JSON.parse(line)
      say(answer(question !== null && typeof question === 'object' ? question : {}))
    } catch (error) {
      say({ id: null, error: { code: 'bad_question', message: `not a JSON object: ${error.message}` } })
    }
  }
}
