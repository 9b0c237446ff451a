// The bridge's side of the protocol as a pure state machine: messages in, effects out.
//
// It has no sockets and no clock of its own: whoever owns it calls `advance` with the time, `receive` with
// frames and the `body…` methods with what the body said, and carries out the effects that they return, in
// order. The same as embodied/bridge/core.py; both keep tests/vectors/bridge. Rules are numbered as in
// docs/bridge-protocol.md.
//
// Effects: {to, send: envelope}, {start: {session, id, name, args}}, {abort: {session, id, code}}, {rest: reason}.

import { VERSION, Unusable, decode } from './envelope.js'
import { didYouMean } from './spelling.js'

const KEPT_EVENTS = 1000
const KEPT_RESULTS = 1024
const MOST_SESSIONS = 64
const EVENTS_AFTER_LAST_WORD_MS = 60_000
const STALLED_AFTER_MS = 1000
const REST_CONFIRMED_WITHIN_MS = 2000

const refusal = (code, message, data) => ({ ok: false, error: data === undefined ? { code, message } : { code, message, data } })
const keyOf = (session, id) => `${session} ${id}`

export class BridgeCore {
  #effects = []
  #sessions = new Map()
  #running = new Map()
  #events = []
  #now = 0
  #holder = ''
  #leaseEnds = 0
  #alive = 0
  #restAsked = null
  #unrested = false
  #silent = false
  #lost = ''

  /**
   * @param hello what `hello` answers besides the session: {body, primitives, families}
   * @param specs Map of primitives by name: {moves, wrong(args) → sentence or ''}
   * @param newSession makes the name of the next session, unguessable outside of tests
   */
  constructor ({ hello, specs, newSession, leaseMs = 2000 }) {
    Object.assign(this, { hello, specs, newSession, leaseMs, epoch: 1, seq: 0, dropped: 0 })
  }

  // -- what happens --------------------------------------------------------------------------------

  /** idle, busy, stalled or lost. */
  get state () {
    if (this.#lost) return 'lost'
    if (this.#silent || this.#unrested) return 'stalled'
    return this.#moving().length ? 'busy' : 'idle'
  }

  /** Set the clock, and let what fell due happen: calls, then the lease, then the body's silence. */
  advance (now) {
    this.#now = now
    for (const call of [...this.#running.values()]) {
      if (now >= call.deadline) this.#end(call, 'timeout', `${call.name} did not end in the time it was given`)
    }
    if (this.#holder && now >= this.#leaseEnds) this.#lapse()
    if (!this.#lost) {
      const before = this.state
      if (this.#restAsked !== null && now - this.#restAsked >= REST_CONFIRMED_WITHIN_MS) {
        this.#restAsked = null
        this.#unrested = true
        this.#emit('halt_unconfirmed', {})
      }
      this.#silent = now - this.#alive >= STALLED_AFTER_MS
      this.#tellState(before)
    }
    return this.#taken()
  }

  /** A frame arrived. Never throws, whatever is in it. */
  receive (peer, frame) {
    let message
    try {
      message = decode(frame)
    } catch (bad) {
      if (!(bad instanceof Unusable)) throw bad
      if (bad.id) this.#send(peer, bad.session, bad.id, 'result', refusal(bad.code, bad.message))
      else this.dropped++
      return this.#taken()
    }
    if (message.kind === 'hello') {
      this.#onHello(peer, message)
      return this.#taken()
    }
    const session = this.#sessions.get(message.session)
    if (!session) {
      this.#send(peer, message.session, message.id, 'result', refusal('bad_session', 'this session is not known here; say hello first'))
      return this.#taken()
    }
    session.peer = peer
    session.heard = this.#now
    this.#onRequest(peer, session, message)
    return this.#taken()
  }

  /** The body ended a call with a value. Ignored when the call has been answered already. */
  bodyDone (session, id, value, assistance) { return this.#bodyEnded(session, id, { ok: true, value }, assistance) }

  /** The body ended a call with {code, message, data?}. */
  bodyFailed (session, id, error, assistance) { return this.#bodyEnded(session, id, { ok: false, error }, assistance) }

  bodyProgress (session, id, value) {
    this.#heardBody()
    for (const peer of this.#running.get(keyOf(session, id))?.peers ?? []) this.#send(peer, session, id, 'progress', value)
    return this.#taken()
  }

  bodyEvent (type, data) {
    this.#heardBody()
    this.#emit(type, data)
    return this.#taken()
  }

  /** The heartbeat of the body's thread. */
  bodyAlive () {
    this.#heardBody()
    return this.#taken()
  }

  /** The body confirms that it rests. */
  bodyRests () {
    this.#restAsked = null
    this.#heardBody(true)
    return this.#taken()
  }

  /** The body is gone for good. */
  bodyLost (reason) {
    if (!this.#lost) {
      this.#lost = reason || 'the body is gone'
      for (const call of [...this.#running.values()]) this.#end(call, 'lost', this.#lost, { abort: false })
      this.#emit('state', { state: 'lost', reason: this.#lost })
    }
    return this.#taken()
  }

  // -- requests ------------------------------------------------------------------------------------

  #onHello (peer, message) {
    const { versions } = message.body
    if (!Array.isArray(versions) || !versions.includes(VERSION)) {
      const text = `the client speaks versions ${JSON.stringify(versions)}, this bridge speaks [${VERSION}]`
      this.#send(peer, '', message.id, 'result', refusal('bad_version', text))
      return
    }
    this.#forgetOneSession()
    const session = { id: this.newSession(), peer, heard: this.#now, results: new Map() }
    this.#sessions.set(session.id, session)
    const value = { ...this.hello, session: session.id, version: VERSION, ...this.#standing() }
    this.#send(peer, session.id, message.id, 'result', { ok: true, value })
  }

  #onRequest (peer, session, message) {
    const stored = session.results.get(message.id)
    if (stored) return this.#send(peer, session.id, message.id, 'result', stored) // rule 4
    const running = this.#running.get(keyOf(session.id, message.id))
    if (running) {
      if (!running.peers.includes(peer)) running.peers.push(peer)
      return
    }
    const answer = this.#handle(peer, session, message)
    if (answer) this.#answer(session, message.id, [peer], answer)
  }

  #handle (peer, session, message) {
    switch (message.kind) {
      case 'call': return this.#onCall(peer, session, message)
      case 'lease': return this.#onLease(session)
      case 'release': return this.#onRelease(session)
      case 'cancel': return this.#onCancel(session, message.body.id)
      case 'halt': return this.#onHalt(String(message.body.reason || 'halted').slice(0, 200))
      default: return refusal('unknown_kind', `there is no request of kind '${message.kind.slice(0, 64)}'`)
    }
  }

  #onCall (peer, session, { id, epoch, timeout_ms: timeout, body: { name, args } }) {
    if (this.#lost) return refusal('lost', this.#lost)
    if (epoch !== this.epoch) return refusal('stale_epoch', `the body was halted since (epoch ${this.epoch}, not ${epoch})`, { epoch: this.epoch })
    const spec = this.specs.get(name)
    if (!spec) {
      const shown = String(name).slice(0, 64)
      return refusal('unknown_primitive', `this body has no primitive '${shown}'.${didYouMean(shown, this.specs.keys())}`)
    }
    const wrong = spec.wrong(args)
    if (wrong) return refusal('bad_arguments', wrong)
    if (spec.moves && this.#holder !== session.id) return refusal('no_lease', `${name} moves the body, which needs the lease`)
    if (spec.moves && this.#moving().length) return refusal('busy', 'the body is busy with another call')
    if (this.state === 'stalled') return refusal('stalled', "the body's thread does not answer")
    const call = { session: session.id, id, name, args, moves: spec.moves, deadline: this.#now + timeout, peers: [peer] }
    this.#running.set(keyOf(session.id, id), call)
    this.#effects.push({ start: { session: session.id, id, name, args } })
    return null
  }

  #onLease (session) {
    if (this.#holder && this.#holder !== session.id) return refusal('no_lease', 'another session holds the lease')
    this.#holder = session.id
    this.#leaseEnds = this.#now + this.leaseMs
    return { ok: true, value: this.#standing() }
  }

  #onRelease (session) {
    if (this.#holder === session.id) {
      this.#holder = ''
      for (const call of [...this.#running.values()]) {
        if (call.session === session.id) this.#end(call, 'cancelled', 'the lease was released')
      }
      this.#effects.push({ rest: 'the lease was released' })
    }
    return { ok: true, value: {} }
  }

  #onCancel (session, id) {
    if (typeof id !== 'string') return refusal('bad_arguments', 'cancel needs the id of a call')
    const call = this.#running.get(keyOf(session.id, id))
    if (call) this.#end(call, 'cancelled', 'cancelled by the client')
    return { ok: true, value: { cancelled: Boolean(call) } }
  }

  #onHalt (reason) {
    this.epoch++
    for (const call of [...this.#running.values()]) this.#end(call, 'halted', reason)
    if (!this.#lost) {
      this.#effects.push({ rest: reason })
      this.#restAsked ??= this.#now
    }
    return { ok: true, value: { epoch: this.epoch } }
  }

  // -- parts ---------------------------------------------------------------------------------------

  #moving () { return [...this.#running.values()].filter((call) => call.moves) }

  #bodyEnded (session, id, answer, assistance) {
    this.#heardBody()
    const call = this.#running.get(keyOf(session, id))
    if (call) {
      this.#running.delete(keyOf(session, id))
      if (answer.ok && call.name === 'observe') {
        const since = call.args.since ?? 0
        answer.value = { ...answer.value, events: this.#events.filter((event) => event.seq > since), seq: this.seq }
      }
      if (assistance && Object.keys(assistance).length) answer.assistance = { ...assistance }
      this.#answer(this.#sessions.get(session), id, call.peers, answer)
    }
    return this.#taken()
  }

  #end (call, code, message, { abort = true } = {}) {
    this.#running.delete(keyOf(call.session, call.id))
    if (abort) this.#effects.push({ abort: { session: call.session, id: call.id, code } })
    this.#answer(this.#sessions.get(call.session), call.id, call.peers, refusal(code, message))
  }

  #lapse () {
    this.#holder = ''
    for (const call of this.#moving()) this.#end(call, 'lease_lost', 'the lease was not renewed in time')
    this.#effects.push({ rest: 'the lease was not renewed in time' })
    this.#emit('lease_lost', {})
  }

  #heardBody (rested = false) {
    const before = this.state
    this.#alive = this.#now
    this.#silent = false
    if (rested) this.#unrested = false
    this.#tellState(before)
  }

  #tellState (before) {
    if (this.state !== before) this.#emit('state', { state: this.state })
  }

  #emit (type, data) {
    const event = { seq: ++this.seq, type, data }
    this.#events.push(event)
    if (this.#events.length > KEPT_EVENTS) this.#events.shift()
    for (const session of this.#sessions.values()) {
      if (this.#now - session.heard < EVENTS_AFTER_LAST_WORD_MS) this.#send(session.peer, session.id, '', 'event', event)
    }
  }

  #answer (session, id, peers, body) {
    session.results.set(id, body)
    if (session.results.size > KEPT_RESULTS) session.results.delete(session.results.keys().next().value)
    for (const peer of peers) this.#send(peer, session.id, id, 'result', body)
  }

  #send (to, session, id, kind, body) {
    this.#effects.push({ to, send: { v: VERSION, session, epoch: this.epoch, id, kind, body } })
  }

  #standing () { return { epoch: this.epoch, state: this.state, lease_ms: this.leaseMs, seq: this.seq } }

  #forgetOneSession () {
    if (this.#sessions.size < MOST_SESSIONS) return
    const needed = new Set([this.#holder, ...[...this.#running.values()].map((call) => call.session)])
    const idle = [...this.#sessions.values()].filter((session) => !needed.has(session.id))
    if (idle.length) this.#sessions.delete(idle.reduce((a, b) => (b.heard < a.heard ? b : a)).id)
  }

  #taken () {
    const effects = this.#effects
    this.#effects = []
    return effects
  }
}
