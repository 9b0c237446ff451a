/** A frame that is not an envelope. `id` is '' when not even that could be read: do not answer. */
export class Unusable extends Error {
  constructor (message, { code = 'bad_envelope', id = '', session = '' } = {}) {
    super(message)
    this.name = 'Unusable'
    this.code = code
    this.id = id
    this.session = session
  }
}

const MAX_DEPTH = 200

/**
 * Walk over msgpack bytes without building anything, and refuse what would be dear to decode.
 *
 * A decoder believes the lengths that it reads: five bytes can ask for gigabytes. Here every length must be covered
 * by bytes that are really there. Returns true if all map keys are strings; throws Unusable and nothing else.
 */
export function scan (bytes) {
  const open = [] // for each enclosing array or map: how many values it still wants (two an entry in a map), is it a map
  let at = 0
  let stringKeys = true
  let left = 1 // values still wanted at this level
  let isMap = false
  while (true) {
    while (left === 0) {
      if (!open.length) {
        if (at !== bytes.length) throw new Unusable(`${bytes.length - at} bytes after the message`)
        return stringKeys
      }
      isMap = open.pop()
      left = open.pop()
    }
    if (isMap && left % 2 === 0 && !isString(bytes[at])) stringKeys = false
    left--
    const token = tokenAt(bytes, at)
    at = token.next
    if (at > bytes.length) throw new Unusable('the message is cut off')
    if (!token.inside) continue
    if (token.inside > bytes.length - at) throw new Unusable('a length beyond the end of the message')
    if (open.length >= 2 * MAX_DEPTH) throw new Unusable(`nested deeper than ${MAX_DEPTH}`)
    open.push(left, isMap)
    left = token.inside
    isMap = token.isMap
  }
}

const isString = (first) => (first & 0xe0) === 0xa0 || (first >= 0xd9 && first <= 0xdb)

const FIXED = { 0xc0: 1, 0xc2: 1, 0xc3: 1, 0xca: 5, 0xcb: 9, 0xcc: 2, 0xcd: 3, 0xce: 5, 0xcf: 9, 0xd0: 2, 0xd1: 3, 0xd2: 5, 0xd3: 9 }
const LENGTH_BYTES = { 0xc4: 1, 0xc5: 2, 0xc6: 4, 0xd9: 1, 0xda: 2, 0xdb: 4, 0xdc: 2, 0xdd: 4, 0xde: 2, 0xdf: 4 }

/** The value that begins at `at`: where the next one does, and how many values it holds inside. */
function tokenAt (bytes, at) {
  const first = bytes[at]
  if (first === undefined) throw new Unusable('the message is cut off')
  if (first <= 0x7f || first >= 0xe0) return { next: at + 1, inside: 0, isMap: false }
  if (first <= 0x8f) return { next: at + 1, inside: 2 * (first & 0x0f), isMap: true }
  if (first <= 0x9f) return { next: at + 1, inside: first & 0x0f, isMap: false }
  if (first <= 0xbf) return { next: at + 1 + (first & 0x1f), inside: 0, isMap: false }
  if (FIXED[first]) return { next: at + FIXED[first], inside: 0, isMap: false }
  const width = LENGTH_BYTES[first]
  if (!width) throw new Unusable(`not a msgpack type that is spoken here: 0x${first.toString(16)}`)
  let length = 0
  for (let index = 1; index <= width; index++) length = length * 256 + (bytes[at + index] ?? 0)
  const next = at + 1 + width
  if (first < 0xdc) return { next: next + length, inside: 0, isMap: false }
  return { next, inside: first >= 0xde ? 2 * length : length, isMap: first >= 0xde }
}
