'use strict'
// Breaking blocks: the time it takes (kept here as well as by the client), what it drops, what it costs.

const { Vec3 } = require('vec3')

// Vanilla's server lets a dig finish at 0.7 of its time; the constant is for the network's jitter.
const TIME_SHARE = 0.7
const JITTER_MS = 100
const EXHAUSTION = 0.005
const WEAR = [[/_(pickaxe|axe|shovel|hoe)$/, 1], [/_sword$/, 2], [/^shears$/, 1]]
const ALWAYS_WET = /^(kelp|kelp_plant|seagrass|tall_seagrass)$/
const [START, CANCEL, FINISH, DROP_STACK, DROP_ONE, RELEASE, SWAP_HANDS] = [0, 1, 2, 3, 4, 5, 6]

module.exports.server = serv => {
  const { config, states, stacks } = serv.survival
  const { registry } = serv
  const lootOf = require('../lib/loot')(registry, serv.survival.lootFixes)

  const canHarvest = (block, tool) => !block.harvestTools || Boolean(tool && block.harvestTools[tool.type])

  /** Stacks that a block drops when broken with a tool (an item or null). */
  serv.survival.dropsOf = (block, tool) => {
    if (!canHarvest(registry.blocksByName[block.name], tool)) return []
    return lootOf(block.name, {
      tool: tool?.name ?? null,
      properties: states.properties(block.stateId),
      random: Math.random
    }).map(({ item, count }) => stacks.make(item, count))
  }

  /** Takes a block out of the world and lets its drops fall. What it leaves is air, or water if it was wet. */
  serv.survival.breakBlock = async (position, tool = null, { drop = true } = {}) => {
    const block = await serv.overworld.getBlock(position)
    const below = await serv.overworld.getBlock(position.offset(0, -1, 0))
    const wet = states.properties(block.stateId).waterlogged === true || ALWAYS_WET.test(block.name) ||
      (block.name === 'ice' && below.type !== 0)
    await serv.setBlock(serv.overworld, position, wet ? registry.blocksByName.water.defaultState : 0)
    if (drop) serv.scatter(position, serv.survival.dropsOf(block, tool))
    return block
  }

  function digMs (player, block) {
    const tool = player.held()
    const eyeIn = player.world.sync.getBlock(player.eye())
    return block.digTime(tool ? tool.type : null, player.gameMode === 1, eyeIn?.name === 'water', !player.onGround,
      tool ? tool.enchants : [], {})
  }

  async function finish (player, position, block) {
    const tool = player.held()
    await serv.survival.breakBlock(position, tool, { drop: player.gameMode === 0 })
    if (player.gameMode !== 0) return
    player.exhaust(EXHAUSTION)
    const wear = WEAR.find(([pattern]) => tool && pattern.test(tool.name))
    if (wear && (block.hardness > 0 || tool.name === 'shears')) player.wearHeld(wear[1])
  }

  serv.on('newPlayer', player => {
    const client = player._client
    client.removeAllListeners('block_dig')
    let dig = null

    async function onDig ({ status, location }, now) {
      const position = new Vec3(location.x, location.y, location.z)
      if (status === CANCEL) { dig = null; return }
      if (!player.reaches(position)) return player.resendBlocks([position])
      const block = await player.world.getBlock(position)
      if (block.type === 0 || !block.diggable || block.hardness < 0) return player.resendBlocks([position])
      const required = digMs(player, block)
      if (status === START) {
        dig = { position, stateId: block.stateId, at: now, required }
        if (required <= 0 || player.gameMode === 1) {
          dig = null
          await finish(player, position, block)
        }
        return
      }
      const begun = dig && dig.position.equals(position) && dig.stateId === block.stateId ? dig : null
      dig = null
      const needed = begun ? Math.max(required, begun.required) * TIME_SHARE - JITTER_MS : Infinity
      if (begun && (config.fast || now - begun.at >= needed)) return finish(player, position, block)
      return player.resendBlocks([position])
    }

    function throwHeld (all) {
      const stack = player.held()
      if (!stack) return
      const count = all ? stack.count : 1
      player.setSlot(player.heldIndex(), stack.count > count ? stacks.copy(stack, stack.count - count) : null)
      player.toss(stacks.copy(stack, count))
    }

    function swapHands () {
      const [main, off] = [player.held(0), player.held(1)]
      player.setSlot(player.heldIndex(), off)
      player.setSlot(45, main)
    }

    // One after the other: a finish must not overtake its start while a chunk is being made.
    let turn = Promise.resolve()
    client.on('block_dig', packet => {
      if (player.health <= 0 || player.gameMode >= 2) return
      if (packet.status === DROP_STACK || packet.status === DROP_ONE) return throwHeld(packet.status === DROP_STACK)
      if (packet.status === RELEASE) return player.emit('released')
      if (packet.status === SWAP_HANDS) return swapHands()
      if (![START, CANCEL, FINISH].includes(packet.status)) return
      const arrived = Date.now()
      turn = turn.then(() => onDig(packet, arrived))
        .catch(error => serv.logError('block_dig', error))
        .then(() => player.acknowledge(packet.sequence))
        .catch(error => serv.logError('block_dig', error))
    })
  })
}
