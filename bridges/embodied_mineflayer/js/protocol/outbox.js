import { MAX_FRAME, encode } from './envelope.js'
import { refusal } from './refusal.js'

/** Sends messages one after the other: the socket takes the next only when it has the last. */
export class Outbox {
  #waiting = []
  #sending = false

  constructor (router) {
    this.router = router
  }

  put (peer, message) {
    this.#waiting.push([Buffer.from(peer, 'latin1'), frameOf(message)])
    if (!this.#sending) this.#flush()
  }

  async #flush () {
    this.#sending = true
    try {
      while (this.#waiting.length) await this.#send(this.#waiting.shift())
    } finally {
      this.#sending = false
    }
  }

  async #send (parts) {
    try {
      await this.router.send(parts)
    } catch (error) {
      // A peer that is gone or does not read loses its messages, not the bridge.
      process.stderr.write(`bridge: an answer could not be sent: ${error.message}\n`)
    }
  }
}

function frameOf (message) {
  let why = 'is too long'
  try {
    const frame = encode(message)
    if (frame.length <= MAX_FRAME) return frame
  } catch (error) {
    why = `cannot be carried by msgpack: ${error.message}`
  }
  return encode({ ...message, kind: 'result', body: refusal('internal', `the answer ${why}`) })
}
