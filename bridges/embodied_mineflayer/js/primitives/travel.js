import { bool, cell, num, optional, primitive } from './schema.js'
import { goInReach, goTo, goToward, walkTo } from '../body/travel.js'

const where = { x: num('feet x [m]'), y: num('feet y [m]'), z: num('feet z [m]') }
const manners = {
  dig: optional(bool('may dig blocks in the way'), true),
  build: optional(bool('may place dirt or cobblestone to climb and bridge'), true)
}
const errors = {
  no_path: 'the search found no way',
  stuck: 'the body stopped moving on the way',
  interrupted: 'something else took over the way (e.g. a respawn)'
}

export default (body) => [
  primitive({
    name: 'go_to',
    doc: 'Walk, swim, dig and bridge to within `range` of a cell (its centre at feet height). At once if already there.',
    args: {
      x: num('[m, world frame]'), y: num('[m, world frame]'), z: num('[m, world frame]'),
      range: optional(num('close enough [m]; 0 = stand in this cell', { minimum: 0, maximum: 64 }), 1.0),
      ...manners
    },
    result: { ...where, distance: num('from the goal [m]') },
    errors,
    timeout_s: 60
  }, (args, ctx) => goTo(body, args, ctx)),

  primitive({
    name: 'reach',
    doc: 'Travel to where the block at x, y, z can be dug, used or opened: in reach and in view. At once if already there.',
    args: { ...cell(), ...manners },
    result: where,
    errors,
    timeout_s: 60
  }, (args, ctx) => goInReach(body, args, ctx)),

  primitive({
    name: 'go_toward',
    doc: 'Travel toward a column (any height), as far as it goes: for exploring. A part of the way is a success with arrived=False.',
    args: {
      x: num('[m, world frame]'), z: num('[m, world frame]'),
      range: optional(num('close enough, horizontally [m]', { minimum: 0, maximum: 64 }), 4.0),
      ...manners
    },
    result: { ...where, arrived: bool('within range of the column') },
    errors,
    timeout_s: 60
  }, (args, ctx) => goToward(body, args, ctx)),

  primitive({
    name: 'walk_to',
    doc: 'Walk (and jump one up, or drop up to 3) straight to the middle of a cell at most 3 blocks away, with no path search: ' +
      'for tunnels and stairs. The cell must be free.',
    args: { x: num('[m, world frame]'), y: num('[m, world frame]'), z: num('[m, world frame]') },
    result: where,
    errors: {
      stuck: 'something is in the way',
      too_far: 'more than 3 blocks away: use go_to',
      blocked: 'the cell is not free',
      danger: 'a drop of more than 3 blocks, or lava'
    },
    timeout_s: 8
  }, (args, ctx) => walkTo(body, args, ctx))
]
