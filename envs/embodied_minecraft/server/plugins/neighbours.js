'use strict'
// What a change does to the blocks around it: sand falls, torches and plants without support come off,
// the other half of a bed goes too, lava beside water turns to stone.

const { canStay } = require('../lib/support')

const FALLS = /^(sand|red_sand|gravel|suspicious_(sand|gravel)|.*_concrete_powder|(chipped_|damaged_)?anvil|dragon_egg)$/
const AROUND = [[0, 1, 0], [0, -1, 0], [1, 0, 0], [-1, 0, 0], [0, 0, 1], [0, 0, -1], [0, 0, 0]]
const PER_TICK = 500 // blocks looked at in one tick, so that no avalanche stalls the server
const AHEAD = { north: [0, 0, -1], south: [0, 0, 1], west: [-1, 0, 0], east: [1, 0, 0] }

module.exports.server = serv => {
  const { states, breakBlock, replaceable, at } = serv.survival
  const pending = new Map()

  const loaded = ({ x, z }) => serv.overworld.getLoadedColumn(Math.floor(x / 16), Math.floor(z / 16))

  async function fall (block) {
    const below = at(block.position.offset(0, -1, 0))
    if (!replaceable(below) || block.position.y <= -64) return
    await serv.setBlock(serv.overworld, block.position, 0)
    await serv.setBlock(serv.overworld, below.position, block.stateId)
  }

  function lostBedHalf (block, properties) {
    if (!properties.part) return false
    const sign = properties.part === 'foot' ? 1 : -1
    const [x, , z] = AHEAD[properties.facing]
    return at(block.position.offset(sign * x, 0, sign * z)).name !== block.name
  }

  async function settle (position) {
    if (!loaded(position) || position.y < -64 || position.y > 319) return
    const block = at(position)
    if (block.type === 0) return
    if (FALLS.test(block.name)) return fall(block)
    const properties = states.properties(block.stateId)
    if (lostBedHalf(block, properties)) return breakBlock(position)
    if (block.name === 'lava' && AROUND.slice(0, 6).some(([x, y, z]) => y >= 0 && at(position.offset(x, y, z)).name === 'water')) {
      return serv.setBlock(serv.overworld, position, serv.registry.blocksByName.obsidian.defaultState)
    }
    if (!canStay(block, properties, at)) await breakBlock(position)
  }

  serv.on('asap', () => serv.overworld.on('blockUpdate', (_before, after) => {
    for (const [x, y, z] of AROUND) {
      const position = after.position.offset(x, y, z)
      pending.set(position.toString(), position)
    }
  }))

  let working = false
  serv.on('tick', async () => {
    if (working || !pending.size) return
    working = true
    try {
      const batch = [...pending].slice(0, PER_TICK)
      for (const [key] of batch) pending.delete(key)
      for (const [, position] of batch) await settle(position)
    } catch (error) {
      serv.logError('neighbours', error)
    } finally {
      working = false
    }
  })
}
