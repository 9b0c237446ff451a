import prismarineRecipe from 'prismarine-recipe'
import { agree } from './agreement.js'
import { blockAt, describeBlock, eyes, REACH, reachTo } from './blocks.js'
import { Failure } from './failure.js'
import { count as countHeld, counts, requireKnown, room } from './inventory.js'
import { within } from './waiting.js'

/** Crafted in chunks, so that an abort is heeded in between. */
const CHUNK = 8
/** What is picked up between two clicks spoils them; that often in a row is no accident. */
const TRIES = 3

/** The recipes of an item: `{recipe, yields, needs_table, ingredients: {name: count}}`. */
export function recipesOf (body, name) {
  const item = requireKnown(body, name, 'unknown_item')
  body.Recipe ??= prismarineRecipe(body.registry).Recipe
  return body.Recipe.find(item.id, null).map((recipe) => {
    const ingredients = {}
    for (const { id, count } of recipe.delta) {
      if (count < 0) ingredients[body.registry.items[id].name] = -count
    }
    return { recipe, yields: recipe.result.count, needs_table: recipe.requiresTable, ingredients }
  })
}

export const recipeList = (body, name) => recipesOf(body, name).map(({ recipe, ...shown }) => shown)

export async function craftItem (body, { item, count, x, y, z }, ctx) {
  const recipes = recipesOf(body, item)
  if (!recipes.length) throw new Failure('no_recipe', `nothing crafts ${item}`)
  const plan = choose(recipes, counts(body.bot), count)
  if (!plan.steps.length || plan.short) throw missing(recipes, counts(body.bot), item, count)
  const table = plan.steps.some((step) => step.needs_table) ? findTable(body, x, y, z) : null
  if (room(body.bot, item) <= 0 && !freesSlot(body, plan)) throw new Failure('inventory_full', `no room for ${item}`)
  const before = countHeld(body.bot, item)
  const made = () => countHeld(body.bot, item) - before
  let error = null
  for (let tries = 0; made() < count && tries < TRIES; tries++) {
    const rest = choose(recipes, counts(body.bot), count - made())
    if (tries && body.unsettled.size) break // the clicks of the last try may go on
    if (rest.short || rest.steps.some((step) => step.needs_table && !table)) break
    error = await craftSteps(body, rest.steps, table, ctx)
  }
  const crafted = made()
  if (crafted < count) throw error ?? new Failure('not_crafted', `${crafted} of ${count} ${item} came out`, { crafted })
  return { crafted }
}

/** Craft what was planned, and hear from the server what came of it; the failure, if there was one. */
async function craftSteps (body, steps, table, ctx) {
  try {
    for (const step of steps) await craftStep(body, step, step.needs_table ? table : null, ctx)
    return null
  } catch (error) {
    if (!(error instanceof Failure) || ctx.signal.aborted) throw error
    return error
  } finally {
    if (!ctx.signal.aborted) await agree(body, ctx)
  }
}

/** Which recipes to use how often: those that need no table first, then those of which most can be made. */
function choose (recipes, held, wanted) {
  const left = { ...held }
  const steps = []
  let short = wanted
  while (short > 0) {
    const ranked = recipes
      .map((recipe) => ({ ...recipe, possible: possibleTimes(recipe.ingredients, left) }))
      .filter((recipe) => recipe.possible > 0)
      .sort((a, b) => a.needs_table - b.needs_table || b.possible * b.yields - a.possible * a.yields)
    if (!ranked.length) break
    const [best] = ranked
    const times = Math.min(best.possible, Math.ceil(short / best.yields))
    for (const [name, n] of Object.entries(best.ingredients)) left[name] -= n * times
    steps.push({ ...best, times })
    short -= times * best.yields
  }
  return { steps, short: Math.max(0, short) }
}

const possibleTimes = (ingredients, held) =>
  Math.min(...Object.entries(ingredients).map(([name, n]) => Math.floor((held[name] ?? 0) / n)))

function missing (recipes, held, item, wanted) {
  const lacks = recipes.map(({ ingredients, yields }) => {
    const times = Math.ceil(wanted / yields)
    const lack = {}
    for (const [name, n] of Object.entries(ingredients)) {
      const short = n * times - (held[name] ?? 0)
      if (short > 0) lack[name] = short
    }
    return lack
  })
  const total = (lack) => Object.values(lack).reduce((sum, n) => sum + n, 0)
  const least = lacks.reduce((a, b) => (total(b) < total(a) ? b : a))
  const words = Object.entries(least).map(([name, n]) => `${n} more ${name}`).join(', ')
  return new Failure('missing_ingredients', `${wanted} ${item} needs ${words}`, { missing: least })
}

const freesSlot = (body, plan) => plan.steps.some((step) => Object.entries(step.ingredients)
  .some(([name, n]) => body.bot.inventory.items().some((stack) => stack.name === name && stack.count <= n * step.times)))

function findTable (body, x, y, z) {
  const { bot } = body
  const eye = eyes(bot)
  if (x !== null && y !== null && z !== null) {
    const block = blockAt(body, x, y, z)
    if (block?.name !== 'crafting_table') throw new Failure('no_table', `there is ${describeBlock(body, x, y, z).name} at ${x}, ${y}, ${z}, not a crafting table`)
    if (reachTo(eye, block.position) > REACH) throw new Failure('no_table', `the crafting table at ${x}, ${y}, ${z} is out of reach`)
    return block
  }
  const table = bot.findBlock({
    matching: body.registry.blocksByName.crafting_table.id,
    maxDistance: 6,
    useExtraInfo: (block) => reachTo(eye, block.position) <= REACH
  })
  if (!table) throw new Failure('no_table', `no crafting table within reach (${REACH} m)`)
  return table
}

async function craftStep (body, { recipe, times }, table, ctx) {
  const { bot } = body
  if (table) await bot.lookAt(table.position.offset(0.5, 0.5, 0.5), true)
  for (let left = times; left > 0; left -= CHUNK) {
    if (ctx.signal.aborted) throw ctx.signal.reason
    const crafting = bot.craft(recipe, Math.min(left, CHUNK), table)
    try {
      await within(body, ctx, crafting, 8000, () => new Failure('not_crafted', 'the server did not answer the clicks'))
    } catch (error) {
      if (error instanceof Failure || ctx.signal.aborted) throw error
      throw new Failure('not_crafted', `crafting was refused: ${error.message}`)
    } finally {
      if (ctx.signal.aborted && bot.currentWindow) bot.closeWindow(bot.currentWindow)
    }
  }
}
