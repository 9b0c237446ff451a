import { cell, int, optional, primitive } from './schema.js'
import { freePlaces } from '../body/search.js'
import { Failure } from '../body/failure.js'

export default (body) => [
  primitive({
    name: 'find_place',
    doc: 'The nearest free cell on solid ground, in reach and not under the body: where a table, furnace or chest can be placed.',
    args: { radius: optional(int('how far from the feet [m]', { minimum: 1, maximum: 4 }), 4) },
    result: cell(),
    errors: { no_place: 'no free cell with ground below it in reach; dig one first' },
    moves: false,
    timeout_s: 5
  }, ({ radius }) => {
    const [place] = freePlaces(body, radius)
    if (!place) throw new Failure('no_place', `no free cell with solid ground below it within ${radius} m; dig one first`)
    return { x: place.x, y: place.y, z: place.z }
  })
]
