'use strict'
// What a block stands on or hangs from, and whether it may stay there.

const BEHIND = { north: [0, 0, 1], south: [0, 0, -1], west: [1, 0, 0], east: [-1, 0, 0] }
const BELOW = [0, -1, 0]
const ABOVE = [0, 1, 0]
const SOIL = /^(grass_block|dirt|coarse_dirt|rooted_dirt|podzol|mycelium|moss_block|mud|muddy_mangrove_roots|farmland)$/
const DRY = /^(sand|red_sand|.*terracotta|dirt|coarse_dirt|grass_block|podzol)$/

const CROPS = /^(wheat|carrots|potatoes|beetroots|melon_stem|pumpkin_stem|attached_(melon|pumpkin)_stem|torchflower_crop)$/
const PLANTS = /(_sapling|_tulip|_orchid|^dandelion|^poppy|^allium|^azure_bluet|^oxeye_daisy|^cornflower|^lily_of_the_valley|^short_grass|^fern|^sweet_berry_bush|^(flowering_)?azalea|^torchflower|^pink_petals)$/
const TALL = /^(tall_grass|large_fern|sunflower|lilac|rose_bush|peony|pitcher_plant)$/
const ON_WALL = /(^|_)wall_(torch|sign|banner|fan)$|^ladder$/
const ON_SOLID = /^(torch|soul_torch|redstone_torch|redstone_wire|repeater|comparator|rail|.*_rail|snow|.*_pressure_plate|.*_carpet|.*_door|.*_sign|.*_banner|cake|red_mushroom|brown_mushroom|scaffolding_never)$/
const FACED = /_button$|^lever$/

const plus = (position, [x, y, z]) => position.offset(x, y, z)
const sturdy = block => block.boundingBox === 'block' && !/_leaves$/.test(block.name)

/**
 * @param {object} block with name and position
 * @param {object} properties of its state
 * @param {function} at Vec3 -> block
 */
function canStay (block, properties, at) {
  const { name, position } = block
  const below = () => at(plus(position, BELOW))
  if (TALL.test(name) || /_door$/.test(name)) {
    if (properties.half === 'upper') return below().name === name
    const whole = at(plus(position, ABOVE)).name === name
    return whole && (TALL.test(name) ? SOIL.test(below().name) : sturdy(below()))
  }
  if (ON_WALL.test(name)) return sturdy(at(plus(position, BEHIND[properties.facing])))
  if (FACED.test(name)) {
    if (properties.face === 'floor') return sturdy(below())
    return sturdy(at(plus(position, properties.face === 'ceiling' ? ABOVE : BEHIND[properties.facing])))
  }
  if (/hanging_sign$/.test(name)) return true
  if (CROPS.test(name)) return below().name === 'farmland'
  if (PLANTS.test(name)) return SOIL.test(below().name)
  if (name === 'dead_bush') return DRY.test(below().name)
  if (name === 'sugar_cane') return below().name === 'sugar_cane' || SOIL.test(below().name) || /sand$/.test(below().name)
  if (name === 'cactus') return below().name === 'cactus' || /^(red_)?sand$/.test(below().name)
  if (name === 'bamboo' || name === 'bamboo_sapling') return /^bamboo/.test(below().name) || SOIL.test(below().name) || /sand$|^gravel$/.test(below().name)
  if (/^(kelp|kelp_plant)$/.test(name)) return /^kelp/.test(below().name) || sturdy(below())
  if (/^(tall_)?seagrass$/.test(name)) return below().name === 'tall_seagrass' || sturdy(below())
  if (name === 'lily_pad') return below().name === 'water'
  if (/lantern$/.test(name) && 'hanging' in properties) return properties.hanging ? at(plus(position, ABOVE)).name !== 'air' : sturdy(below())
  if (ON_SOLID.test(name)) return sturdy(below())
  return true
}

module.exports = { canStay, sturdy }
