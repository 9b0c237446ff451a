'use strict'
// What client and server think a window holds, when the server speaks between two clicks.

const { test, before, after } = require('node:test')
const assert = require('node:assert/strict')
const { startServer, join, until } = require('./world')

const CLICKS = 10 // ingots, three cells, sticks, two cells, the rest of the sticks, the result, its place
const HOTBAR_FILLING = ['dirt', 'cobblestone', 'coal', 'oak_log', 'furnace', 'granite', 'stone_pickaxe', 'wooden_pickaxe', 'raw_iron']

let server
let bot
let player
let table
let clicks = 0
let onClick = () => {}

before(async () => {
  server = await startServer()
  bot = await join(server)
  player = server.player('bot')
  await server.set(9, 64, 9, 'crafting_table')
  table = await bot.sees(9, 64, 9, 'crafting_table')
  player._client.on('window_click', () => onClick(clicks++))
})
after(async () => {
  bot.quit()
  await server.stop()
  setTimeout(() => process.exit(), 300)
})

const held = slots => {
  const counts = {}
  for (const stack of slots) if (stack) counts[stack.name] = (counts[stack.name] ?? 0) + stack.count
  return counts
}
const onServer = () => held(player.inventory.slots.slice(9, 46))
const onClient = () => held(bot.inventory.slots.slice(9, 46))

/** A full hotbar, and the ingredients in the first slots behind it: the pickaxe comes where an ingredient was. */
async function lay () {
  for (let i = 1; i <= 45; i++) player.setSlot(i, null)
  HOTBAR_FILLING.forEach((name, i) => player.setSlot(36 + i, server.stacks.make(name)))
  player.setSlot(9, server.stacks.make('iron_ingot', 3))
  player.setSlot(10, server.stacks.make('stick', 4))
  player.leaveWindow()
  player.sendInventory()
  await until('the ingredients', () => bot.has('stick') === 4 && bot.has('iron_ingot') === 3 && !bot.has('iron_pickaxe'))
}

async function craftWith (interruption) {
  await lay()
  clicks = 0
  onClick = interruption
  const [recipe] = bot.recipesFor(bot.id('iron_pickaxe'), null, 1, table)
  await bot.craft(recipe, 1, table)
  await until('all clicks', () => clicks >= CLICKS && !player.openSession)
  onClick = () => {}
}

async function agreed () {
  const sorted = counts => JSON.stringify(Object.entries(counts).sort())
  await until('both sides to agree', () => sorted(onClient()) === sorted(onServer()), 2000)
    .catch(() => assert.deepEqual(onClient(), onServer()))
}

test('a pickaxe is not lost from sight when the server speaks between two clicks', async () => {
  for (let at = 0; at < CLICKS; at++) {
    await craftWith(click => { if (click === at) player.syncWindows() })
    await agreed()
    assert.equal(onClient().iron_pickaxe, 1)
  }
})

test('what is picked up between two clicks is seen by both, whatever it does to them', async () => {
  for (let at = 0; at < CLICKS; at++) {
    await craftWith(click => {
      if (click !== at) return
      player.give(server.stacks.make('diamond'))
      player.syncWindows()
    }).catch(error => assert.match(error.message, /selectedItem|missing ingredient|AssertionError|Expected/))
    player.leaveWindow()
    await agreed()
    assert.equal(onClient().diamond, 1)
  }
})

test('a window that the server shuts leaves the client with what is so', async () => {
  await lay()
  await bot.openBlock(table)
  await bot.clickWindow(10, 0, 0)
  await until('the ingots on the cursor', () => player.openSession?.menu.cursor)
  player.closeWindow()
  bot.clickWindow(20, 0, 0).catch(() => {}) // the client may not have heard yet
  await agreed()
  assert.equal(onClient().iron_ingot, 3)
})
