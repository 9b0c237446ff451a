import { argumentCheck } from './arguments.js'
import { VERSION, Unusable, decode } from './envelope.js'
import { refusal } from './refusal.js'
import { didYouMean } from './spelling.js'

const KEPT_EVENTS = 1000
const KEPT_RESULTS = 1024
const MOST_SESSIONS = 64
const EVENTS_AFTER_LAST_WORD_MS = 60_000
const STALLED_AFTER_MS = 1000
const REST_CONFIRMED_WITHIN_MS = 2000

const keyOf = (session, id) => `${session}\0${id}`

/**
 * The bridge's side of the protocol as a pure state machine: messages in, effects out.
 *
 * It has no sockets and no clock of its own: whoever owns it calls `advance` with the time, `receive` with frames and the
 * `body…` methods with what the body said, and carries out the effects in order: {to, send}, {start}, {abort}, {rest}.
 * The rules are numbered as in docs/bridge-protocol.md; embodied/bridge/core.py is the same machine.
 */
export class BridgeCore {
  #effects = []
  #sessions = new Map()
  #running = new Map()
  #events = []
  #now = 0
  #holder = ''
  #leaseEnds = 0
  #aliveAt = 0
  #restAskedAt = null
  #unrested = false
  #silent = false
  #stuck = false
  #lost = ''
  #handlers = {
    call: (...args) => this.#onCall(...args),
    lease: (...args) => this.#onLease(...args),
    release: (...args) => this.#onRelease(...args),
    cancel: (...args) => this.#onCancel(...args),
    halt: (...args) => this.#onHalt(...args)
  }

  /** `hello`: {body, primitives, families}. `newSession` makes names, unguessable outside of tests. */
  constructor (hello, newSession, leaseMs = 2000) {
    this.epoch = 1
    this.seq = 0
    this.dropped = 0
    this.hello = hello
    this.newSession = newSession
    this.leaseMs = leaseMs
    this.specs = new Map(hello.primitives.map((spec) => [spec.name, { ...spec, complaint: argumentCheck(spec) }]))
  }

  /** idle, busy, stalled or lost. */
  get state () {
    if (this.#lost) return 'lost'
    if (this.#silent || this.#unrested || this.#stuck) return 'stalled'
    return this.#isMoving() ? 'busy' : 'idle'
  }

  /** Set the clock, and let what fell due happen: calls, then the lease, then the body's silence. */
  advance (now) {
    this.#now = now
    for (const call of [...this.#running.values()]) {
      if (now >= call.deadline) this.#end(call, 'timeout', `${call.spec.name} did not end in the time it was given`)
    }
    if (this.#holder && now >= this.#leaseEnds) this.#lapse()
    if (!this.#lost) {
      const before = this.state
      if (this.#restAskedAt !== null && now - this.#restAskedAt >= REST_CONFIRMED_WITHIN_MS) {
        this.#restAskedAt = null
        this.#unrested = true
        this.#emit('halt_unconfirmed', {})
      }
      this.#silent = now - this.#aliveAt >= STALLED_AFTER_MS
      this.#tellState(before)
    }
    return this.#taken()
  }

  /** When `advance` has something to do, if nothing else happens before; Infinity if never. */
  get nextDue () {
    let due = Infinity
    for (const call of this.#running.values()) due = Math.min(due, call.deadline)
    if (this.#holder) due = Math.min(due, this.#leaseEnds)
    if (this.#lost) return due
    if (this.#restAskedAt !== null) due = Math.min(due, this.#restAskedAt + REST_CONFIRMED_WITHIN_MS)
    return this.#silent ? due : Math.min(due, this.#aliveAt + STALLED_AFTER_MS)
  }

  /** A frame arrived at the time `now`. Never throws, whatever is in it. */
  receive (peer, frame, now = this.#now) {
    this.#now = now
    let message
    try {
      message = decode(frame)
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      if (error.id) this.#send(peer, error.session, error.id, 'result', refusal(error.code, error.message))
      else this.dropped++
      return this.#taken()
    }
    const session = this.#sessions.get(message.session)
    if (message.kind === 'hello') {
      this.#onHello(peer, message)
    } else if (!session) {
      this.#send(peer, message.session, message.id, 'result', refusal('bad_session', 'this session is not known here; say hello first'))
    } else {
      session.peer = peer
      session.heardAt = now
      this.#onRequest(peer, session, message)
    }
    return this.#taken()
  }

  /** The body ended a call with a value. Ignored when the call has been answered already. */
  bodyDone (session, id, value, assistance = undefined) {
    return this.#bodyEnded(session, id, { ok: true, value }, assistance)
  }

  /** The body ended a call with {code, message, data?}. */
  bodyFailed (session, id, error, assistance = undefined) {
    return this.#bodyEnded(session, id, { ok: false, error }, assistance)
  }

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
  bodyAlive (now = this.#now) {
    this.#now = now
    this.#heardBody()
    return this.#taken()
  }

  /** The body confirms that it rests. */
  bodyRests () {
    this.#restAskedAt = null
    this.#heardBody({ rested: true })
    return this.#taken()
  }

  /** An aborted call has not stopped in its time, or has stopped after all. */
  bodyStuck (stuck) {
    const before = this.state
    this.#stuck = stuck
    this.#tellState(before)
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

  #onHello (peer, { id, body }) {
    if (!Array.isArray(body.versions) || !body.versions.includes(VERSION)) {
      const theirs = JSON.stringify(body.versions ?? null).slice(0, 100)
      this.#send(peer, '', id, 'result', refusal('bad_version', `the client speaks versions ${theirs}, this bridge speaks [${VERSION}]`))
      return
    }
    this.#forgetOneSession()
    const session = { id: this.newSession(), peer, heardAt: this.#now, results: new Map() }
    this.#sessions.set(session.id, session)
    const value = { ...this.hello, session: session.id, version: VERSION, ...this.#standing() }
    this.#send(peer, session.id, id, 'result', { ok: true, value })
  }

  #onRequest (peer, session, message) {
    const stored = session.results.get(message.id)
    if (stored) { // rule 4
      this.#send(peer, session.id, message.id, 'result', stored)
      return
    }
    const running = this.#running.get(keyOf(session.id, message.id))
    if (running) {
      if (!running.peers.includes(peer)) running.peers.push(peer)
      return
    }
    const handle = Object.hasOwn(this.#handlers, message.kind) ? this.#handlers[message.kind] : undefined
    const answer = handle
      ? handle(peer, session, message)
      : refusal('unknown_kind', `there is no request of kind '${message.kind.slice(0, 64).toWellFormed()}'`)
    if (answer) this.#answer(session, message.id, [peer], answer)
  }

  #onCall (peer, session, { id, epoch, timeout_ms: timeout, body: { name, args } }) {
    if (this.#lost) return refusal('lost', this.#lost)
    if (epoch !== this.epoch) {
      return refusal('stale_epoch', `the body was halted since (epoch ${this.epoch}, not ${epoch})`, { epoch: this.epoch })
    }
    const spec = this.specs.get(name)
    if (!spec) {
      const asked = (typeof name === 'string' ? name : typeof name).slice(0, 64).toWellFormed()
      return refusal('unknown_primitive', `this body has no primitive '${asked}'. ${didYouMean(asked, this.specs.keys())}`.trimEnd())
    }
    const wrong = spec.complaint(args)
    if (wrong) return refusal('bad_arguments', wrong)
    if (spec.moves && this.#holder !== session.id) return refusal('no_lease', `${name} moves the body, which needs the lease`)
    if (spec.moves && this.#isMoving()) return refusal('busy', 'the body is busy with another call')
    if (this.state === 'stalled') return refusal('stalled', "the body's thread does not answer")
    this.#running.set(keyOf(session.id, id), { session: session.id, id, spec, args, deadline: this.#now + timeout, peers: [peer] })
    this.#effects.push({ start: { session: session.id, id, name, args } })
    return null
  }

  #onLease (peer, session) {
    if (this.#holder && this.#holder !== session.id) return refusal('no_lease', 'another session holds the lease')
    this.#holder = session.id
    this.#leaseEnds = this.#now + this.leaseMs
    return { ok: true, value: this.#standing() }
  }

  #onRelease (peer, session) {
    if (this.#holder === session.id) {
      this.#holder = ''
      for (const call of [...this.#running.values()]) {
        if (call.session === session.id) this.#end(call, 'cancelled', 'the lease was released')
      }
      this.#effects.push({ rest: 'the lease was released' })
    }
    return { ok: true, value: {} }
  }

  #onCancel (peer, session, { body: { id } }) {
    if (typeof id !== 'string') return refusal('bad_arguments', 'cancel needs the id of a call')
    const call = this.#running.get(keyOf(session.id, id))
    if (call) this.#end(call, 'cancelled', 'cancelled by the client')
    return { ok: true, value: { cancelled: Boolean(call) } }
  }

  #onHalt (peer, session, { body }) {
    const said = typeof body.reason === 'string' ? body.reason : ''
    const reason = (said || 'halted').slice(0, 200).toWellFormed()
    this.epoch++
    for (const call of [...this.#running.values()]) this.#end(call, 'halted', reason)
    if (!this.#lost) {
      this.#effects.push({ rest: reason })
      this.#restAskedAt ??= this.#now
    }
    return { ok: true, value: { epoch: this.epoch } }
  }

  // -- parts ---------------------------------------------------------------------------------------

  #bodyEnded (session, id, answer, assistance) {
    this.#heardBody()
    const call = this.#running.get(keyOf(session, id))
    if (call) {
      this.#running.delete(keyOf(session, id))
      if (answer.ok && call.spec.name === 'observe') {
        const since = call.args.since ?? 0
        answer.value = { ...answer.value, events: this.#events.filter((event) => event.seq > since), seq: this.seq }
      }
      if (assistance && Object.keys(assistance).length) answer.assistance = assistance
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
    for (const call of [...this.#running.values()]) {
      if (call.spec.moves) this.#end(call, 'lease_lost', 'the lease was not renewed in time')
    }
    this.#effects.push({ rest: 'the lease was not renewed in time' })
    this.#emit('lease_lost', {})
  }

  #isMoving () {
    for (const call of this.#running.values()) if (call.spec.moves) return true
    return false
  }

  #heardBody ({ rested = false } = {}) {
    const before = this.state
    this.#aliveAt = this.#now
    this.#silent = false
    if (rested) this.#unrested = false
    this.#tellState(before)
  }

  #tellState (before) {
    // Between idle and busy nothing is said: they change at every call.
    const notable = before === 'stalled' || this.state === 'stalled'
    if (this.state !== before && notable) this.#emit('state', { state: this.state })
  }

  #emit (type, data) {
    const event = { seq: ++this.seq, type, data }
    this.#events.push(event)
    if (this.#events.length > KEPT_EVENTS) this.#events.shift()
    for (const session of this.#sessions.values()) {
      if (this.#now - session.heardAt < EVENTS_AFTER_LAST_WORD_MS) this.#send(session.peer, session.id, '', 'event', event)
    }
  }

  #answer (session, id, peers, body) {
    session.results.set(id, body)
    if (session.results.size > KEPT_RESULTS) session.results.delete(session.results.keys().next().value)
    for (const peer of peers) this.#send(peer, session.id, id, 'result', body)
  }

  #send (peer, session, id, kind, body) {
    this.#effects.push({ to: peer, send: { v: VERSION, session, epoch: this.epoch, id, kind, body } })
  }

  #standing () {
    return { epoch: this.epoch, state: this.state, lease_ms: this.leaseMs, seq: this.seq }
  }

  #forgetOneSession () {
    if (this.#sessions.size < MOST_SESSIONS) return
    const needed = new Set([this.#holder, ...[...this.#running.values()].map((call) => call.session)])
    let oldest = null
    for (const session of this.#sessions.values()) {
      if (!needed.has(session.id) && (!oldest || session.heardAt < oldest.heardAt)) oldest = session
    }
    if (oldest) this.#sessions.delete(oldest.id)
  }

  #taken () {
    const effects = this.#effects
    this.#effects = []
    return effects
  }
}
