'use strict'
// What every other plug-in stands on: the shared survival state, errors of one client kept from ending the
// server, hostile numbers stopped at the door, and commands for operators only.

const WORLD_EDGE = 29999984 // vanilla's
const finite = (...values) => values.every(value => Number.isFinite(value) && Math.abs(value) <= WORLD_EDGE)

const MALFORMED = {
  position: packet => !finite(packet.x, packet.y, packet.z),
  position_look: packet => !finite(packet.x, packet.y, packet.z) || !finite(packet.yaw, packet.pitch),
  look: packet => !finite(packet.yaw, packet.pitch),
  held_item_slot: packet => !(packet.slotId >= 0 && packet.slotId <= 8),
  block_place: packet => !(packet.direction >= 0 && packet.direction <= 5) || !finite(packet.cursorX, packet.cursorY, packet.cursorZ)
}

module.exports.server = (serv, settings) => {
  serv.survival = settings.survival
  serv.setMaxListeners(100) // one of each kind for every plug-in
  const logError = (what, error) => process.stderr.write(`error: ${what}: ${error?.stack ?? error}\n`)
  serv.logError = logError
  serv.on('error', error => logError('server', error))

  serv.on('asap', () => {
    // Its log moves the cursor of a terminal on stdout, where only our JSON may be.
    serv.log = line => { if (settings.survival.config.debug) process.stderr.write(`${line}\n`) }
    // flying-squid encodes sounds wrongly for 1.20, which clients report as broken packets.
    serv.playSound = () => {}
    serv.playSoundId = () => {}
  })

  serv.on('newPlayer', player => {
    const client = player._client
    const emit = client.emit
    client.emit = function (name, ...values) {
      if (MALFORMED[name]?.(values[0] ?? {})) return false
      try {
        return emit.call(client, name, ...values)
      } catch (error) {
        logError(`packet '${name}' of ${client.username}`, error)
        return true
      }
    }
    // Creative inventories and everybody's commands would be assistance.
    client.removeAllListeners('set_creative_slot')
    const isOperator = settings.survival.config.operators.includes(client.username)
    const handleCommand = player.handleCommand
    player.handleCommand = async command => {
      if (isOperator) return handleCommand.call(player, command)
      player.chat('You do not have permission to use commands')
    }
    player.on('connected', () => { player.op = isOperator })
  })
}
