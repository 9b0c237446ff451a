'use strict'
// Furnace, smoker and blast furnace, by vanilla's AbstractFurnaceBlockEntity.

const KINDS = {
  furnace: { windowType: 14, title: 'Furnace', only: null, speed: 1 }, // window ids since 1.20.3
  smoker: { windowType: 22, title: 'Smoker', only: 'smoking', speed: 2 },
  blast_furnace: { windowType: 10, title: 'Blast Furnace', only: 'blasting', speed: 2 }
}
const COOK_TICKS = 200
const FAST_COOK_TICKS = 20
const PROPERTY_EVERY = 5 // ticks between progress reports to those who look
const [INPUT, FUEL, OUTPUT] = [0, 1, 2]

module.exports.server = serv => {
  const { stacks, smelting, fuels, config, recipes, states } = serv.survival
  const total = config.fast ? FAST_COOK_TICKS : COOK_TICKS

  const recipeFor = (kind, stack) => {
    const recipe = stack && smelting[stack.name]
    return recipe && (!KINDS[kind].only || recipe.also === KINDS[kind].only) ? recipe : null
  }

  function canSmelt ({ kind, slots }) {
    const recipe = recipeFor(kind, slots[INPUT])
    if (!recipe) return false
    const out = slots[OUTPUT]
    return !out || (out.name === recipe.output && out.count < out.stackSize)
  }

  function burnFuel (furnace) {
    const fuel = furnace.slots[FUEL]
    const ticks = fuel && fuels[fuel.name]
    if (!ticks) return
    furnace.burn = furnace.burnTotal = ticks
    furnace.fuel = fuel.name
    const leaves = recipes.remainderOf(fuel.name)
    furnace.slots[FUEL] = fuel.count > 1 ? stacks.copy(fuel, fuel.count - 1) : (leaves ? stacks.make(leaves) : null)
  }

  function smeltOne (furnace) {
    const { kind, slots, x, y, z } = furnace
    const recipe = recipeFor(kind, slots[INPUT])
    const input = slots[INPUT]
    const by = serv.players.find(({ username }) => username === furnace.by)
    const deed = { what: 'smelted', item: input.name, output: recipe.output, fuel: furnace.fuel ?? '', station: kind }
    serv.survival.note(by, { ...deed, at: { x, y, z } })
    slots[INPUT] = input.count > 1 ? stacks.copy(input, input.count - 1) : null
    slots[OUTPUT] = stacks.make(recipe.output, (slots[OUTPUT]?.count ?? 0) + 1)
  }

  /** One tick. A quicker furnace burns its fuel as much quicker, so a piece of coal smelts 8 items in all. */
  function step (furnace) {
    const speed = KINDS[furnace.kind].speed
    const before = furnace.burn > 0
    if (before) furnace.burn = Math.max(0, furnace.burn - speed * COOK_TICKS / total)
    const ready = canSmelt(furnace)
    if (furnace.burn <= 0 && ready) burnFuel(furnace)
    if (furnace.burn > 0 && ready) {
      furnace.cook += speed
      if (furnace.cook >= total) {
        furnace.cook = 0
        smeltOne(furnace)
      }
    } else {
      furnace.cook = furnace.burn > 0 ? 0 : Math.max(0, furnace.cook - 2)
    }
    if (before !== furnace.burn > 0) showLit(furnace)
  }

  async function showLit (furnace) {
    const { Vec3 } = require('vec3')
    const position = new Vec3(furnace.x, furnace.y, furnace.z)
    const block = await serv.overworld.getBlock(position)
    if (block.name !== furnace.kind) return
    await serv.setBlock(serv.overworld, position, states.stateId(block.name, { lit: furnace.burn > 0 }, block.stateId))
  }

  function report (furnace) {
    const shrink = furnace.burnTotal > 32767 ? 2 : 1 // the field is a 16-bit number
    const values = [[1, furnace.burnTotal / shrink], [0, furnace.burn / shrink], [3, total], [2, furnace.cook]]
    for (const player of furnace.viewers) {
      if (player.openSession?.container !== furnace) continue
      for (const [property, value] of values) {
        player._client.write('craft_progress_bar',
          { windowId: player.openSession.id, property, value: Math.round(value) })
      }
    }
  }

  const rules = kind => index => ({
    [INPUT]: {},
    [FUEL]: { accepts: stack => stack.name in fuels || stack.name === 'bucket' },
    [OUTPUT]: { accepts: () => false }
  })[index]

  for (const [kind, { windowType, title }] of Object.entries(KINDS)) {
    serv.survival.onUse(kind, ({ player, block }) => {
      const furnace = serv.containerAt(block.position, kind, 3)
      furnace.burn ??= 0
      furnace.burnTotal ??= 0
      furnace.cook ??= 0
      furnace.by = player.username // whoever saw to it last
      serv.openContainer(player, furnace, {
        kind,
        slots: [...serv.containerSlots(furnace, rules(kind)), ...player.slotViews(9, 45)],
        hotbar: 30,
        quickMove: (index, stack) => {
          if (index === OUTPUT) return [[39, 3]]
          if (index < 3) return [[3, 39]]
          if (recipeFor(kind, stack)) return [[INPUT, INPUT + 1]]
          if (stack.name in fuels) return [[FUEL, FUEL + 1]]
          return index < 30 ? [[30, 39]] : [[3, 30]]
        }
      }, windowType, title)
      report(furnace)
    })
  }

  serv.on('tick', (_delta, count) => {
    for (const furnace of serv.containers.values()) {
      if (!KINDS[furnace.kind] || furnace.burn === undefined) continue
      step(furnace)
      if (furnace.viewers.size && count % PROPERTY_EVERY === 0) report(furnace)
    }
  })
}
