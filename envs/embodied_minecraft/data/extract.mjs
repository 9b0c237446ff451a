// Writes minecraft-VERSION.json: what the goal parser and the planner need of minecraft-data, so that
// goals can be read and planned with no Node. Run it again when the pinned version changes:
//   node extract.mjs [VERSION] [FOLDER with node_modules]
import { createRequire } from 'node:module'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const [version = '1.20.4', folder = process.cwd()] = process.argv.slice(2)
const require = createRequire(path.join(path.resolve(folder), 'from-here.cjs'))
const data = require('minecraft-data')(version)
const here = path.dirname(fileURLToPath(import.meta.url))

const nameOf = id => data.items[id].name
// Blocks of 1.21 that 1.20.4 already lists behind an experiment: no survival world has them.
const EXPERIMENTAL = /tuff_(slab|stairs|wall|brick)|_tuff|copper_(grate|bulb|door|trapdoor)|chiseled_copper|^crafter$|^trial_|breeze/

const items = {}
for (const item of data.itemsArray) {
  if (item.name === 'air' || EXPERIMENTAL.test(item.name)) continue
  items[item.name] = [item.displayName, item.stackSize, item.maxDurability ?? 0]
}

const blocks = {}
for (const block of data.blocksArray) {
  if (EXPERIMENTAL.test(block.name)) continue
  const harvest = block.harvestTools ? Object.keys(block.harvestTools).map(nameOf).sort() : null
  // An entry marked noSilkTouch has half its real chance, and a block without loot drops itself: the
  // server reads them in the same way.
  const entries = data.blockLoot[block.name]?.drops ?? (items[block.name] ? [{ item: block.name, stackSizeRange: [1, 1] }] : [])
  const loot = entries.filter(drop => !drop.silkTouch)
  blocks[block.name] = {
    hardness: block.diggable ? block.hardness : null,
    material: block.material,
    ...(harvest ? { harvest } : {}),
    ...(loot.length ? { loot: loot.map(drop => [drop.item, ...drop.stackSizeRange, drop.noSilkTouch ? 1 : drop.dropChance ?? 1]) } : {})
  }
}

const idOf = entry => (entry !== null && typeof entry === 'object') ? entry.id : entry
const recipes = {}
for (const list of Object.values(data.recipes)) {
  for (const recipe of list) {
    const name = nameOf(recipe.result.id)
    if (!(name in items)) continue
    const rows = recipe.inShape ?? [recipe.ingredients]
    const needsTable = recipe.inShape
      ? rows.length > 2 || rows.some(row => row.length > 2)
      : recipe.ingredients.length > 4
    const counts = {}
    for (const id of rows.flat().map(idOf)) {
      if (id !== null && id !== -1) counts[nameOf(id)] = (counts[nameOf(id)] ?? 0) + 1
    }
    const entry = [recipe.result.count, needsTable ? 1 : 0, counts]
    const known = (recipes[name] ??= [])
    if (!known.some(other => JSON.stringify(other) === JSON.stringify(entry))) known.push(entry)
  }
}

const tools = {}
for (const [material, speeds] of Object.entries(data.materials)) {
  const named = Object.entries(speeds).map(([id, speed]) => [nameOf(id), speed])
  if (named.length) tools[material] = Object.fromEntries(named)
}

const foods = Object.fromEntries(data.foodsArray.map(food => [food.name, food.foodPoints]))
// What only Silk Touch (or an enchantment like it) takes up: items that no other drop gives.
const silk = Object.values(data.blockLoot)
  .flatMap(block => block.drops.filter(drop => drop.silkTouch).map(drop => drop.item))
const silkTouch = [...new Set(silk)].filter(name => name in items).sort()

const mobs = {}
for (const [mob, loot] of Object.entries(data.entityLoot)) {
  for (const drop of loot.drops ?? []) {
    if (drop.item in items) (mobs[drop.item] ??= new Set()).add(mob)
  }
}
for (const item of Object.keys(mobs)) mobs[item] = [...mobs[item]].sort()

// One block, item or recipe a line keeps the file's differences readable.
const lines = table => '{\n' + Object.entries(table).map(([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(v)}`).join(',\n') + '\n}'
const text = `{"version": ${JSON.stringify(version)},\n"items": ${lines(items)},\n"blocks": ${lines(blocks)},\n` +
  `"recipes": ${lines(recipes)},\n"tools": ${lines(tools)},\n"foods": ${JSON.stringify(foods)},\n"mobs": ${JSON.stringify(mobs)},\n"silk_touch": ${JSON.stringify(silkTouch)}}\n`
writeFileSync(path.join(here, `minecraft-${version}.json`), text)
