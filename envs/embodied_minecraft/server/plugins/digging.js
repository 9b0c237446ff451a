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

  function digMs (player, block, tool, { underwater, airborne }) {
    return block.digTime(tool ? tool.type : null, player.gameMode === 1, underwater, airborne, tool ? tool.enchants : [], {})
  }

  async function finish (player, position, block, tool) {
    serv.survival.note(player, { what: 'dug', block: block.name, tool: tool?.name ?? '', at: position })
    await serv.survival.breakBlock(position, tool, { drop: player.gameMode === 0 })
    if (player.gameMode !== 0) return
    player.exhaust(EXHAUSTION)
    const wear = WEAR.find(([pattern]) => tool && pattern.test(tool.name))
    if (wear && player.held()?.name === tool.name && (block.hardness > 0 || tool.name === 'shears')) player.wearHeld(wear[1])
  }

  serv.on('newPlayer', player => {
    const client = player._client
    client.removeAllListeners('block_dig')
    let dig = null
    // What the client last said itself: flying-squid takes a move in some turns later, and not of every packet.
    let onGround = true
    for (const packet of ['position', 'position_look', 'look', 'flying']) {
      client.on(packet, said => { onGround = said.onGround })
    }

    /** How the player digs at this moment: with what, in what. */
    const stance = () => ({
      at: Date.now(),
      tool: player.held(),
      underwater: player.world.sync.getBlock(player.eye())?.name === 'water',
      airborne: !onGround
    })

    /** How long a dig takes that began in one stance and ended in another: the slower tool, the better footing. */
    function neededMs (block, begun, ended) {
      const best = tool => Math.min(digMs(player, block, tool, begun), digMs(player, block, tool, ended))
      return Math.max(best(begun.tool), best(ended.tool)) * TIME_SHARE - JITTER_MS
    }

    async function onDig ({ status, location }, now) {
      const position = new Vec3(location.x, location.y, location.z)
      if (status === CANCEL) { dig = null; return }
      if (!player.reaches(position)) return player.resendBlocks([position])
      const block = await player.world.getBlock(position)
      if (block.type === 0 || !block.diggable || block.hardness < 0) return player.resendBlocks([position])
      if (status === START) {
        dig = { position, stateId: block.stateId, stance: now }
        if (digMs(player, block, now.tool, now) <= 0 || player.gameMode === 1) {
          dig = null
          await finish(player, position, block, now.tool)
        }
        return
      }
      const begun = dig && dig.position.equals(position) && dig.stateId === block.stateId ? dig : null
      dig = null
      if (begun && (config.fast || now.at - begun.stance.at >= neededMs(block, begun.stance, now))) {
        return finish(player, position, block, now.tool)
      }
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
      const now = stance() // before anything is awaited: what comes after the packet is no part of it
      turn = turn.then(() => onDig(packet, now))
        .catch(error => serv.logError('block_dig', error))
        .then(() => player.acknowledge(packet.sequence))
        .catch(error => serv.logError('block_dig', error))
    })
  })
}
