// One message of the bridge protocol: a msgpack map in one frame (docs/bridge-protocol.md).

import { decode as unpack, encode as pack } from '@msgpack/msgpack'

export const VERSION = 1
export const MAX_FRAME = 1 << 20 // [bytes]
const MAX_TIMEOUT_MS = 3_600_000
const MAX_ID = 64
/** What a bridge writes into its own messages; nobody waits on it. */
const ANSWER_TIMEOUT_MS = 1000

/** A frame that is not an envelope. `id` is "" when not even that could be read: do not answer. */
export class Unusable extends Error {
  constructor (message, { code = 'bad_envelope', id = '', session = '' } = {}) {
    super(message)
    this.code = code
    this.id = id
    this.session = session
  }
}

export const encode = ({ session, epoch, id, kind, body }) =>
  pack({ v: VERSION, session, epoch, id, kind, timeout_ms: ANSWER_TIMEOUT_MS, body }, { ignoreUndefined: true, maxDepth: 64 })

/** The message in a frame; throws Unusable and nothing else. */
export function decode (frame) {
  if (frame.length > MAX_FRAME) throw new Unusable(`a frame of ${frame.length} bytes; at most ${MAX_FRAME} are allowed`)
  const raw = unpacked(frame)
  if (!isMap(raw)) throw new Unusable('something else where a map was expected')
  const { v, session, epoch, id, kind, timeout_ms: timeout, body } = raw
  if (typeof id !== 'string' || !id || [...id].length > MAX_ID) throw new Unusable(`id must be a string of 1 to ${MAX_ID} characters`)
  const answerTo = { id, session: typeof session === 'string' ? session : '' }
  if (!Number.isInteger(v)) throw new Unusable('v must be an integer', answerTo)
  if (v !== VERSION) throw new Unusable(`version ${v} was sent; this side speaks version ${VERSION}`, { ...answerTo, code: 'bad_version' })
  const demands = [
    [typeof session === 'string', 'session must be a string'],
    [Number.isInteger(epoch) && epoch >= 0, 'epoch must be an integer of at least 0'],
    [typeof kind === 'string', 'kind must be a string'],
    [Number.isInteger(timeout) && timeout >= 1 && timeout <= MAX_TIMEOUT_MS, `timeout_ms must be an integer from 1 to ${MAX_TIMEOUT_MS}`],
    [isMap(body), 'body must be a map with string keys']
  ]
  for (const [good, message] of demands) if (!good) throw new Unusable(message, answerTo)
  return { v, session, epoch, id, kind, timeout_ms: timeout, body }
}

function unpacked (frame) {
  try {
    return unpack(frame)
  } catch (error) {
    throw new Unusable(`not msgpack: ${error.message}`)
  }
}

const isMap = (value) => value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
