'use strict'
// Which recipe of minecraft-data a grid spells: shaped (anywhere in the grid, mirrored too) or shapeless.

// What stays in the grid when an ingredient is used. minecraft-data's recipes of 1.20.4 carry no outShape.
const REMAINDERS = {
  water_bucket: 'bucket', lava_bucket: 'bucket', milk_bucket: 'bucket', powder_snow_bucket: 'bucket',
  honey_bottle: 'glass_bottle', dragon_breath: 'glass_bottle'
}

const idOf = cell => {
  if (cell === null || cell === undefined) return -1
  if (Array.isArray(cell)) return cell[0] ?? -1
  return typeof cell === 'object' ? cell.id : cell
}

/** The part of a row-major grid of item ids (-1 empty) that is in use, as rows. */
function trim (ids, width) {
  const rows = []
  for (let y = 0; y * width < ids.length; y++) rows.push(ids.slice(y * width, (y + 1) * width))
  const usedRow = row => row.some(id => id !== -1)
  while (rows.length && !usedRow(rows[0])) rows.shift()
  while (rows.length && !usedRow(rows[rows.length - 1])) rows.pop()
  const used = x => rows.some(row => row[x] !== -1)
  let left = 0
  let right = width
  while (left < right && !used(left)) left++
  while (right > left && !used(right - 1)) right--
  return rows.map(row => row.slice(left, right))
}

const shapeKey = rows => rows.map(row => row.join(',')).join(';')
const bagKey = ids => [...ids].sort((a, b) => a - b).join(',')

module.exports = function recipes (registry) {
  const shaped = new Map()
  const shapeless = new Map()
  for (const recipe of Object.values(registry.recipes).flat()) {
    if (recipe.inShape) {
      const width = Math.max(...recipe.inShape.map(row => row.length))
      const ids = recipe.inShape.flatMap(row => Array.from({ length: width }, (_, x) => idOf(row[x])))
      const rows = trim(ids, width)
      const mirrored = rows.map(row => [...row].reverse())
      for (const key of [shapeKey(rows), shapeKey(mirrored)]) if (!shaped.has(key)) shaped.set(key, recipe)
    } else {
      const key = bagKey(recipe.ingredients.map(idOf))
      if (!shapeless.has(key)) shapeless.set(key, recipe)
    }
  }

  /** @param {(Item|null)[]} grid row-major. @returns {{id: number, count: number}|null} */
  function match (grid, width) {
    const ids = grid.map(stack => stack ? stack.type : -1)
    const used = ids.filter(id => id !== -1)
    if (!used.length) return null
    const recipe = shaped.get(shapeKey(trim(ids, width))) ?? shapeless.get(bagKey(used))
    return recipe ? { id: idOf(recipe.result), count: recipe.result.count ?? 1 } : null
  }

  return { match, remainderOf: name => REMAINDERS[name] ?? null }
}
