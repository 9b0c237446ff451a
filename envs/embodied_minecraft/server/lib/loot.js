'use strict'
// What a broken block drops: minecraft-data's blockLoot, with its known faults mended by data/loot_fixes.json.
//
// minecraft-data flattens vanilla's "silk touch, else" alternatives and gives each of n entries the chance
// 1/n. So among entries marked noSilkTouch the chance is really 1 when there is one of them. Conditions on
// tools (shears) and ages are lost or halved; those blocks are in the fixes.

const WALL = /(^|_)wall_(torch|sign|hanging_sign|banner|head|skull|fan)$/

module.exports = function loot (registry, fixes) {
  const between = ([low, high], random) => low + Math.floor(random() * (high - low + 1))

  function fromFix (root, fix, { tool, properties, random }) {
    const drops = []
    for (const entry of fix) {
      if (entry.tool && !new RegExp(entry.tool).test(tool ?? '')) continue
      if (entry.not_tool && new RegExp(entry.not_tool).test(tool ?? '')) continue
      if (entry.when && Object.entries(entry.when).some(([key, value]) => String(properties[key]) !== String(value))) continue
      if (random() >= (entry.chance ?? 1)) continue
      const per = entry.per ? Number(properties[entry.per]) : 1
      const trials = entry.binomial ? Array.from({ length: entry.binomial[0] }).filter(() => random() < entry.binomial[1]).length : 0
      const count = (entry.count ? between(entry.count, random) : entry.binomial ? 0 : 1) * per + trials
      if (count > 0) drops.push({ item: entry.item === '$self' ? root : entry.item, count })
      if (entry.stop) break
    }
    return drops
  }

  function fromData (entries, { properties, random }) {
    const drops = []
    for (const entry of entries) {
      if (entry.silkTouch) continue
      if (entry.blockAge !== undefined && Number(properties.age) !== entry.blockAge) continue
      const halved = entry.noSilkTouch
      if (!halved && random() >= entry.dropChance) continue
      const [low, high] = entry.stackSizeRange
      const count = between([low ?? high, high ?? low], random)
      if (count > 0) drops.push({ item: entry.item, count })
    }
    return drops
  }

  /** The block whose loot counts: a wall torch drops what a torch drops. */
  const rootName = name => WALL.test(name) ? name.replace('wall_', '') : name

  /**
   * @param {string} name block
   * @param {{tool: ?string, properties: object, random: function}} how
   * @returns {{item: string, count: number}[]}
   */
  return function drops (name, how) {
    const root = rootName(name)
    const { properties } = how
    if (properties.half === 'upper' && /_door$/.test(root)) return []
    if (properties.part === 'head' && /_bed$/.test(root)) return []
    const fix = fixes[root] ?? fixes[Object.keys(fixes).find(key => key.startsWith('/') && new RegExp(key.slice(1, -1)).test(root))]
    if (fix) return fromFix(root, fix, how)
    const data = registry.blockLoot[root]
    if (data) return fromData(data.drops, how)
    // Blocks that minecraft-data has no loot for drop themselves, if there is such an item and it can be mined.
    const item = registry.itemsByName[root]
    return item && (registry.blocksByName[root]?.hardness ?? -1) >= 0 ? [{ item: root, count: 1 }] : []
  }
}
