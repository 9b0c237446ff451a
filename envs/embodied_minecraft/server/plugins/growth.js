'use strict'
// Crops, saplings and sugar cane that a player planted grow; leaves far from any log decay.
//
// Vanilla picks 3 random blocks of each 16x16x16 section a tick. Only the plants that were placed or changed
// are followed here, each with the same chance a tick, so a planted field grows as in vanilla.

const CHANCE = 3 / 4096 // of a random tick, each game tick
const CROPS = { wheat: 7, carrots: 7, potatoes: 7, beetroots: 3, melon_stem: 7, pumpkin_stem: 7, sweet_berry_bush: 3, cocoa: 2 }
const CROP_CHANCE = 1 / 6 // a random tick grows a crop: between vanilla's lone plant on dry soil and a wet field
const SAPLING_CHANCE = 1 / 7
const LEAF_REACH = 6
const TREE_HEIGHT = [4, 6]
const GROWING = /^(wheat|carrots|potatoes|beetroots|melon_stem|pumpkin_stem|sweet_berry_bush|cocoa|sugar_cane|.*_sapling)$/

module.exports.server = serv => {
  const { states, at, breakBlock, store, vec } = serv.survival
  const growing = new Map()
  const decaying = new Map()
  const isLeaf = name => /_leaves$/.test(name)
  const isLog = name => /_(log|wood)$/.test(name)
  const loaded = ({ x, z }) => serv.overworld.getLoadedColumn(Math.floor(x / 16), Math.floor(z / 16))

  serv.survival.growSapling = async block => {
    const kind = block.name.replace('_sapling', '')
    const log = `${kind}_log`
    const leaves = `${kind}_leaves`
    const height = TREE_HEIGHT[0] + Math.floor(Math.random() * (TREE_HEIGHT[1] - TREE_HEIGHT[0] + 1))
    const { position } = block
    for (let y = 1; y <= height + 1; y++) if (!/^air$|_leaves$/.test(at(position.offset(0, y, 0)).name)) return
    for (let y = height - 2; y <= height + 1; y++) {
      const reach = y >= height ? 1 : 2
      for (let dx = -reach; dx <= reach; dx++) {
        for (let dz = -reach; dz <= reach; dz++) {
          if (Math.abs(dx) === reach && Math.abs(dz) === reach && (y > height - 1 || Math.random() < 0.5)) continue
          const place = position.offset(dx, y, dz)
          if (at(place).type === 0) await serv.setBlock(serv.overworld, place, states.stateId(leaves, { distance: 1 }))
        }
      }
    }
    for (let y = 0; y < height; y++) await serv.setBlock(serv.overworld, position.offset(0, y, 0), states.stateId(log))
  }

  async function grow (block) {
    const { name, position } = block
    const ripe = CROPS[name]
    if (ripe !== undefined) {
      const age = Number(states.properties(block.stateId).age)
      if (age < ripe && Math.random() < CROP_CHANCE) {
        await serv.setBlock(serv.overworld, position, states.stateId(name, { age: age + 1 }, block.stateId))
      }
    } else if (name === 'sugar_cane') {
      const tall = at(position.offset(0, -1, 0)).name === name && at(position.offset(0, -2, 0)).name === name
      if (!tall && Math.random() < 1 / 16 && at(position.offset(0, 1, 0)).type === 0) {
        await serv.setBlock(serv.overworld, position.offset(0, 1, 0), block.stateId)
      }
    } else if (Math.random() < SAPLING_CHANCE / 2) {
      await serv.survival.growSapling(block)
    }
  }

  /** Whether a log is within six steps through leaves. */
  function held (position) {
    const seen = new Set([position.toString()])
    let edge = [position]
    for (let step = 0; step < LEAF_REACH; step++) {
      const next = []
      for (const place of edge) {
        for (const side of serv.survival.FACES) {
          const there = place.plus(side)
          const key = there.toString()
          if (seen.has(key)) continue
          seen.add(key)
          const { name } = at(there)
          if (isLog(name)) return true
          if (isLeaf(name)) next.push(there)
        }
      }
      edge = next
    }
    return false
  }

  function watch (position, name) {
    const key = position.toString()
    if (GROWING.test(name)) growing.set(key, position)
    else growing.delete(key)
  }

  function watchLeaves (around) {
    for (let dx = -4; dx <= 4; dx++) {
      for (let dy = -3; dy <= 4; dy++) {
        for (let dz = -4; dz <= 4; dz++) {
          const place = around.offset(dx, dy, dz)
          if (!loaded(place)) continue
          const block = at(place)
          if (isLeaf(block.name) && !states.properties(block.stateId).persistent) decaying.set(place.toString(), place)
        }
      }
    }
  }

  serv.on('asap', () => {
    for (const [, blocks] of store.edits) {
      for (const [place, stateId] of blocks) watch(vec(place.split(',').map(Number)), serv.registry.blocksByStateId[stateId].name)
    }
    serv.overworld.on('blockUpdate', (before, after) => {
      watch(after.position, after.name)
      if (isLog(before.name) && !isLog(after.name)) watchLeaves(after.position)
    })
  })

  async function tickPlants () {
    for (const [key, position] of growing) {
      if (Math.random() >= CHANCE || !loaded(position)) continue
      const block = at(position)
      if (GROWING.test(block.name)) await grow(block)
      else growing.delete(key)
    }
    for (const [key, position] of decaying) {
      if (Math.random() >= CHANCE || !loaded(position)) continue
      decaying.delete(key)
      if (isLeaf(at(position).name) && !held(position)) {
        await breakBlock(position)
      }
    }
  }

  let working = false
  serv.on('tick', () => {
    if (working) return
    working = true
    tickPlants().catch(error => serv.logError('growth', error)).then(() => { working = false })
  })
}
