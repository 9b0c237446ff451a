'use strict'
// What a click does, by vanilla's rules (AbstractContainerMenu.doClick). No network and no player here:
// a menu is a list of slots, a cursor, and a function that drops what is thrown out.
//
// A slot: get(), set(stack|null), and optionally accepts(stack), limit, result (true for an output slot),
// taken(count) called after something was taken out.

const OUTSIDE = -999

class Menu {
  constructor ({ stacks, slots, quickMove, hotbar, offhand = null, drop }) {
    Object.assign(this, { stacks, slots, quickMove, hotbar, offhand, drop })
    this.cursor = null
    this.drag = null
  }

  click ({ slot, button, mode }) {
    if (mode !== 5) this.drag = null
    if (slot !== OUTSIDE && !this.slots[slot]) return
    if (mode === 0) this.pickup(slot, button)
    else if (mode === 1) this.shift(slot, button)
    else if (mode === 2) this.swap(slot, button)
    else if (mode === 4) this.throwFrom(slot, button)
    else if (mode === 5) this.dragStep(slot, button)
    else if (mode === 6) this.gather(slot, button)
  }

  pickup (index, button) {
    if (button !== 0 && button !== 1) return
    if (index === OUTSIDE) return this.dropCursor(button)
    const slot = this.slots[index]
    const there = slot.get()
    if (!there) {
      if (this.cursor) this.put(slot, button === 0 ? this.cursor.count : 1)
    } else if (!this.cursor) {
      const count = button === 0 || slot.result ? there.count : Math.ceil(there.count / 2)
      this.cursor = this.take(slot, count)
    } else if (slot.result) {
      if (this.stacks.sameKind(there, this.cursor) && this.cursor.count + there.count <= there.stackSize) {
        this.cursor.count += this.take(slot, there.count).count
      }
    } else if (this.stacks.sameKind(there, this.cursor)) {
      this.put(slot, button === 0 ? this.cursor.count : 1)
    } else if (accepts(slot, this.cursor) && this.cursor.count <= limitOf(slot, this.cursor)) {
      slot.set(this.cursor)
      this.cursor = there
    }
  }

  dropCursor (button) {
    if (!this.cursor) return
    const count = button === 0 ? this.cursor.count : 1
    this.drop(this.stacks.copy(this.cursor, count))
    this.cursor.count -= count
    this.cursor = this.stacks.orNull(this.cursor)
  }

  shift (index, button) {
    if (index === OUTSIDE || (button !== 0 && button !== 1)) return
    const slot = this.slots[index]
    const first = slot.get()
    if (!first) return
    // An output slot refills as its ingredients are used; vanilla goes on while the same thing comes out.
    for (let rounds = 0; rounds < 64; rounds++) {
      const there = slot.get()
      if (!there || !this.stacks.sameKind(there, first)) return
      // A result is moved wholly or not at all, or crafting would use ingredients for part of a result.
      const ranges = this.quickMove(index, there)
      if (slot.result && this.roomFor(there, ranges) < there.count) return
      const moved = this.moveInto(this.stacks.copy(there), ranges)
      if (moved === 0) return
      this.take(slot, moved)
      if (!slot.result) return
    }
  }

  swap (index, button) {
    if (index === OUTSIDE || this.cursor) return
    const other = button === 40 ? this.offhand : (button >= 0 && button <= 8 ? this.hotbar + button : null)
    if (other === null || other === index) return
    const slot = this.slots[index]
    const target = this.slots[other]
    const there = slot.get()
    const held = target.get()
    if (slot.result) {
      if (there && !held) target.set(this.take(slot, there.count))
      return
    }
    if (held && (!accepts(slot, held) || held.count > limitOf(slot, held))) return
    slot.set(held)
    target.set(there)
  }

  throwFrom (index, button) {
    if (index === OUTSIDE || this.cursor || (button !== 0 && button !== 1)) return
    const slot = this.slots[index]
    const there = slot.get()
    if (there) this.drop(this.take(slot, button === 0 && !slot.result ? 1 : there.count))
  }

  // Buttons: 0/4 start a left/right drag, 1/5 add a slot, 2/6 end it.
  dragStep (index, button) {
    const step = button & 3
    const kind = button >> 2
    if (kind !== 0 && kind !== 1) { this.drag = null; return }
    if (step === 0) this.drag = this.cursor ? { kind, slots: new Set() } : null
    else if (!this.drag || this.drag.kind !== kind) this.drag = null
    else if (step === 1 && index !== OUTSIDE) this.drag.slots.add(index)
    else if (step === 2) this.endDrag()
  }

  endDrag () {
    const { kind, slots } = this.drag
    this.drag = null
    const usable = [...slots].map(i => this.slots[i]).filter(slot => !slot.result && this.cursor &&
      accepts(slot, this.cursor) && (!slot.get() || this.stacks.sameKind(slot.get(), this.cursor)))
    if (!usable.length || usable.length > this.cursor.count) return
    const share = kind === 1 ? 1 : Math.floor(this.cursor.count / usable.length)
    for (const slot of usable) this.put(slot, share)
  }

  gather (index, button) {
    if (!this.cursor || button !== 0) return
    for (const fullToo of [false, true]) {
      for (const slot of this.slots) {
        const there = slot.get()
        const room = this.cursor.stackSize - this.cursor.count
        if (room <= 0) return
        if (slot.result || !there || !this.stacks.sameKind(there, this.cursor)) continue
        if (!fullToo && there.count === there.stackSize) continue
        this.cursor.count += this.take(slot, Math.min(room, there.count)).count
      }
    }
  }

  /** Moves up to `count` of the cursor into a slot that is empty or holds the same kind. */
  put (slot, count) {
    if (slot.result || !accepts(slot, this.cursor)) return
    const there = slot.get()
    const have = there ? there.count : 0
    const moved = Math.min(count, this.cursor.count, limitOf(slot, this.cursor) - have)
    if (moved <= 0) return
    slot.set(this.stacks.copy(this.cursor, have + moved))
    this.cursor.count -= moved
    this.cursor = this.stacks.orNull(this.cursor)
  }

  take (slot, count) {
    const there = slot.get()
    const taken = this.stacks.copy(there, count)
    slot.set(there.count > count ? this.stacks.copy(there, there.count - count) : null)
    if (slot.taken) slot.taken(count)
    return taken
  }

  roomFor (stack, ranges) {
    let room = 0
    for (const index of order(ranges)) {
      const slot = this.slots[index]
      const there = slot.get()
      if (slot.result || !accepts(slot, stack) || (there && !this.stacks.sameKind(there, stack))) continue
      room += limitOf(slot, stack) - (there ? there.count : 0)
    }
    return room
  }

  /** Fills stacks of the same kind first, then empty slots; returns how many found a place. */
  moveInto (stack, ranges) {
    const wanted = stack.count
    for (const range of ranges) {
      for (const empty of [false, true]) {
        for (const index of order([range])) {
          if (stack.count === 0) return wanted
          const slot = this.slots[index]
          const there = slot.get()
          if (slot.result || !accepts(slot, stack) || empty !== (there === null)) continue
          if (there && !this.stacks.sameKind(there, stack)) continue
          const moved = Math.min(stack.count, limitOf(slot, stack) - (there ? there.count : 0))
          if (moved <= 0) continue
          slot.set(this.stacks.copy(stack, (there ? there.count : 0) + moved))
          stack.count -= moved
        }
      }
    }
    return wanted - stack.count
  }
}

const accepts = (slot, stack) => !slot.accepts || slot.accepts(stack)
const limitOf = (slot, stack) => Math.min(slot.limit ?? 64, stack.stackSize)

/** Slot numbers of ranges [from, to) in order; a range with from > to runs backwards. */
function * order (ranges) {
  for (const [from, to] of ranges) {
    if (from < to) for (let i = from; i < to; i++) yield i
    else for (let i = from - 1; i >= to; i--) yield i
  }
}

module.exports = { Menu, OUTSIDE }
