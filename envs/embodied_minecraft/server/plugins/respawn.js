'use strict'
// The spawn point, the same for the same seed, and coming back after death.

const { Vec3 } = require('vec3')

module.exports.server = serv => {
  const { generator } = serv.survival
  const spawn = () => new Vec3(generator.spawn.x + 0.5, generator.spawn.y, generator.spawn.z + 0.5)

  serv.on('asap', () => { serv.getSpawnPoint = async () => spawn() })

  function sendRespawn (player) {
    player._client.write('respawn', {
      dimension: serv.registry.loginPacket.worldType ?? 'minecraft:overworld',
      worldName: 'minecraft:overworld',
      hashedSeed: serv.hashedSeed,
      gamemode: player.gameMode,
      previousGamemode: 255,
      isDebug: false,
      isFlat: false,
      death: undefined,
      portalCooldown: 0,
      copyMetadata: false
    })
  }

  async function respawn (player) {
    sendRespawn(player)
    player.spawnPoint = spawn()
    player.position = spawn()
    player.forgetPath()
    player._unloadAllChunks(true)
    player.loadedChunks = {}
    await player.worldSendInitialChunks()
    player.sendSelfPosition(spawn())
    player.forgetPath()
    Object.assign(player, { food: 20, foodSaturation: 5, exhaustion: 0, air: 300, burning: 0, dead: false, eating: null })
    player.updateHealth(20)
    player.sendInventory()
    player.nearbyEntities = []
    player.updateAndSpawn()
    player.worldSendRestOfChunks().catch(error => serv.logError('respawn', error))
  }

  serv.on('newPlayer', player => {
    const client = player._client
    client.removeAllListeners('client_command')
    client.on('client_command', ({ actionId }) => {
      if (actionId !== 'perform_respawn' && actionId !== 0) return
      if (!player.dead || player.respawning) return
      player.respawning = true
      respawn(player)
        .catch(error => serv.logError('respawn', error))
        .then(() => { player.respawning = false })
    })
    // Chunks that arrive late must not make a player fall, drown or suffocate before the world is there.
    player.ready = false
    player.on('spawned', () => {
      player.ready = true
      if (player.health <= 0) { player.dead = true }
    })
  })
}
