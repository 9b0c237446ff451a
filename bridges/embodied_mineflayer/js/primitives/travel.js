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
    doc: 'Walk, swim, dig and bridge until the cell of the feet is within `range` of the cell of x, y, z (each rounded down; 0 = in it). ' +
      'At once if already there. dig=True may dig what is in the way; build=True may place what is held of dirt, cobblestone, ' +
      'cobbled_deepslate, netherrack, andesite, diorite and granite to climb and bridge.',
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
    doc: 'Travel to where the block of cell x, y, z can be dug, used or opened: in reach and in view. At once if already there. ' +
      'dig and build as for go_to.',
    args: { ...cell(), ...manners },
    result: where,
    errors,
    timeout_s: 60
  }, (args, ctx) => goInReach(body, args, ctx)),

  primitive({
    name: 'go_toward',
    doc: 'Travel toward a column (any height), as far as it goes: for exploring. A part of the way is a success with arrived=False. ' +
      'dig and build as for go_to.',
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
    doc: 'Walk (and jump one up, or drop up to 3) straight to the middle of the cell of x, y, z (rounded down), at most 3 blocks away, ' +
      'with no path search: for tunnels and stairs. The cell and the one above must be free.',
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
