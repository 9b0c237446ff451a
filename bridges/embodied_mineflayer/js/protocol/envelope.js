import { Encoder, decode as unpack } from '@msgpack/msgpack'
import { Unusable, scan } from './scan.js'

export { Unusable }

export const VERSION = 1
export const MAX_FRAME = 1 << 20 // [bytes]
const MAX_EVENT = 1 << 14 // [bytes]
const MAX_TIMEOUT_MS = 3_600_000
const MAX_ID = 64
const ANSWER_TIMEOUT_MS = 1000 // what a bridge writes into its own messages; nobody waits on it

const UNPACK = { mapKeyConverter: String, rawStrings: false }

/** Text with half a character, as of a string cut in two, would make a frame that no peer can read. */
class WellFormedEncoder extends Encoder {
  encodeString (text) {
    super.encodeString(text.isWellFormed() ? text : text.toWellFormed())
  }
}

const encoder = new WellFormedEncoder({ ignoreUndefined: true })

/** The message in a frame; throws Unusable and nothing else. */
export function decode (frame) {
  if (frame.length > MAX_FRAME) throw new Unusable(`a frame of ${frame.length} bytes; at most ${MAX_FRAME} are allowed`)
  const stringKeys = scan(frame)
  const raw = unpacked(frame)
  if (!isMap(raw)) throw new Unusable('not a map')
  if (!isId(raw.id)) throw new Unusable(`id must be a string of 1 to ${MAX_ID} characters`)
  const answerTo = { id: raw.id, session: isText(raw.session) ? raw.session : '' }
  if (Number.isInteger(raw.v) && raw.v !== VERSION) {
    throw new Unusable(`version ${raw.v} was sent; this side speaks version ${VERSION}`, { code: 'bad_version', ...answerTo })
  }
  const wrong = complaint(raw) || (stringKeys ? '' : 'all maps must have string keys')
  if (wrong) throw new Unusable(wrong, answerTo)
  return raw
}

/** The frame of a message of the bridge. Throws for what msgpack cannot carry. */
export const encode = ({ session, epoch, id, kind, body }) =>
  encoder.encode({ v: VERSION, session, epoch, id, kind, timeout_ms: ANSWER_TIMEOUT_MS, body })

/**
 * The data of an event, or words in its place if no message can carry it: events are kept and sent again with each
 * `observe`, so that one that cannot be sent would spoil them all.
 */
export function carriable (data) {
  let why = 'too long'
  try {
    if (encoder.encode(data).length <= MAX_EVENT) return data
  } catch (error) {
    why = error.message
  }
  return { unsendable: why }
}

function unpacked (frame) {
  try {
    return unpack(frame, UNPACK)
  } catch (error) {
    throw new Unusable(`not msgpack: ${error.message}`)
  }
}

function complaint ({ v, session, epoch, kind, timeout_ms: timeout, body }) {
  if (!Number.isInteger(v)) return 'v must be an integer'
  if (!isText(session)) return 'session must be a string'
  if (!Number.isSafeInteger(epoch) || epoch < 0) return 'epoch must be an integer of at least 0'
  if (!isText(kind)) return 'kind must be a string'
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > MAX_TIMEOUT_MS) return `timeout_ms must be an integer from 1 to ${MAX_TIMEOUT_MS}`
  if (!isMap(body)) return 'body must be a map with string keys'
  if (!allText(body)) return 'text must be UTF-8'
  return ''
}

export const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

// The decoder lets broken UTF-8 through as lone surrogates, which no peer could read when they are sent back.
const isText = (value) => typeof value === 'string' && value.isWellFormed()

const isId = (id) => isText(id) && id !== '' && id.length <= 2 * MAX_ID && [...id].length <= MAX_ID

function allText (value) {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true
  return Object.entries(value).every(([key, item]) => key.isWellFormed() && allText(item))
}
