'use strict'
// The parts that need no server: loot, recipes, clicks, block states.

const { test } = require('node:test')
const assert = require('node:assert/strict')
const fs = require('fs')
const path = require('path')
const { fromServer, dataDir } = require('./world')

const registry = fromServer('prismarine-registry')('1.20.4')
const read = name => JSON.parse(fs.readFileSync(path.join(dataDir, name)))
const loot = fromServer('./lib/loot')(registry, read('loot_fixes.json'))
const states = fromServer('./lib/block_states')(registry)
const stacks = fromServer('./lib/stacks')(registry)
const { Menu } = fromServer('./lib/menu')

const drops = (name, { tool = null, properties = {}, random = Math.random } = {}) =>
  loot(name, { tool, properties: { ...states.properties(registry.blocksByName[name].defaultState), ...properties }, random })
const share = (name, item, how) => {
  let total = 0
  for (let i = 0; i < 4000; i++) for (const drop of drops(name, how)) if (drop.item === item) total += drop.count
  return total / 4000
}
const near = (value, expected, tolerance) => assert.ok(Math.abs(value - expected) <= tolerance, `${value} is not near ${expected}`)

test('every vanilla item named in the data files exists', () => {
  for (const [input, { output }] of Object.entries(read('smelting.json'))) {
    assert.ok(registry.itemsByName[input], input)
    assert.ok(registry.itemsByName[output], output)
  }
  for (const name of Object.keys(read('fuels.json'))) assert.ok(registry.itemsByName[name], name)
  for (const [block, entries] of Object.entries(read('loot_fixes.json'))) {
    if (!block.startsWith('/')) assert.ok(registry.blocksByName[block], block)
    for (const { item } of entries) assert.ok(item === '$self' || registry.itemsByName[item], item)
  }
})

test('drops follow vanilla', () => {
  near(share('gravel', 'flint'), 0.1, 0.02)
  near(share('gravel', 'gravel'), 0.9, 0.02)
  near(share('oak_leaves', 'oak_sapling'), 0.05, 0.015)
  near(share('oak_leaves', 'stick'), 0.03, 0.015)
  near(share('oak_leaves', 'apple'), 0.005, 0.005)
  near(share('redstone_ore', 'redstone'), 4.5, 0.1)
  near(share('lapis_ore', 'lapis_lazuli'), 6.5, 0.2)
  near(share('short_grass', 'wheat_seeds'), 0.125, 0.03)
  for (const [block, item] of [['stone', 'cobblestone'], ['grass_block', 'dirt'], ['diamond_ore', 'diamond'],
    ['coal_ore', 'coal'], ['deepslate', 'cobbled_deepslate'], ['wall_torch', 'torch'], ['oak_wall_sign', 'oak_sign'],
    ['oak_log', 'oak_log'], ['copper_bulb', 'copper_bulb'], ['crafter', 'crafter']]) {
    assert.deepEqual(drops(block), [{ item, count: 1 }], block)
  }
  assert.deepEqual(drops('oak_leaves', { tool: 'shears' }), [{ item: 'oak_leaves', count: 1 }])
  assert.deepEqual(drops('clay'), [{ item: 'clay_ball', count: 4 }])
  assert.deepEqual(drops('bookshelf'), [{ item: 'book', count: 3 }])
  assert.deepEqual(drops('oak_slab'), [{ item: 'oak_slab', count: 1 }])
  assert.deepEqual(drops('oak_door', { properties: { half: 'upper' } }), [])
  assert.deepEqual(drops('wheat', { properties: { age: '3' } }), [{ item: 'wheat_seeds', count: 1 }])
  for (const none of ['glass', 'ice', 'bedrock', 'spawner', 'vine', 'glow_lichen']) assert.deepEqual(drops(none), [], none)
})

test('every block that drops something drops known items', () => {
  for (const { name } of registry.blocksArray) {
    for (const { item, count } of drops(name, { random: () => 0 })) {
      assert.ok(registry.itemsByName[item], `${name} drops ${item}`)
      assert.ok(count > 0, name)
    }
  }
})

function menuOf (contents, options = {}) {
  const cells = contents.map(given => given ? stacks.make(...given) : null)
  const dropped = []
  const slots = cells.map((_, i) => ({ get: () => cells[i], set: stack => { cells[i] = stack }, ...(options[i] ?? {}) }))
  const menu = new Menu({ stacks, slots, quickMove: index => index < 3 ? [[3, 6]] : [[0, 3]], hotbar: 3, drop: stack => dropped.push(stack) })
  const shown = () => cells.map(stack => stack ? `${stack.name} ${stack.count}` : '')
  return { menu, shown, dropped }
}

test('clicks follow vanilla', () => {
  const { menu, shown, dropped } = menuOf([['dirt', 7], null, ['stone', 3], null, null, ['dirt', 62]])
  menu.click({ slot: 0, button: 1, mode: 0 }) // half, the larger one
  assert.equal(menu.cursor.count, 4)
  menu.click({ slot: 1, button: 1, mode: 0 }) // one
  menu.click({ slot: 5, button: 0, mode: 0 }) // as many as fit
  assert.deepEqual(shown(), ['dirt 3', 'dirt 1', 'stone 3', '', '', 'dirt 64'])
  menu.click({ slot: 2, button: 0, mode: 0 }) // swap
  assert.deepEqual([menu.cursor.name, shown()[2]], ['stone', 'dirt 1'])
  menu.click({ slot: -999, button: 0, mode: 0 })
  assert.deepEqual([menu.cursor, dropped[0].count], [null, 3])
  menu.click({ slot: 0, button: 0, mode: 1 }) // shift
  assert.deepEqual(shown(), ['', 'dirt 1', 'dirt 1', 'dirt 3', '', 'dirt 64'])
  menu.click({ slot: 3, button: 1, mode: 0 })
  menu.click({ slot: 3, button: 0, mode: 6 }) // gather
  assert.equal(menu.cursor.count, 64)
})

test('drags share evenly', () => {
  const { menu, shown } = menuOf([['dirt', 10], null, null, null, null, null])
  menu.click({ slot: 0, button: 0, mode: 0 })
  menu.click({ slot: -999, button: 0, mode: 5 })
  for (const slot of [1, 2, 3]) menu.click({ slot, button: 1, mode: 5 })
  menu.click({ slot: -999, button: 2, mode: 5 })
  assert.deepEqual(shown(), ['', 'dirt 3', 'dirt 3', 'dirt 3', '', ''])
  assert.equal(menu.cursor.count, 1)
})

test('block states read and write their properties', () => {
  for (const block of registry.blocksArray) assert.equal(states.stateId(block.name), block.defaultState, block.name)
  const door = states.stateId('oak_door', { facing: 'west', half: 'upper', open: true })
  assert.deepEqual(states.properties(door), { facing: 'west', half: 'upper', hinge: 'left', open: true, powered: false })
})
