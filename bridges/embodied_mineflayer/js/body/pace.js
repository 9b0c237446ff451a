/**
 * So much at once and so much a second: `take` says whether one more is within it.
 * A server sends away who says more than about ten lines in a row or one a second.
 */
export class Pace {
  constructor (burst, aSecond, now = () => performance.now()) {
    Object.assign(this, { burst, aSecond, now, left: burst, at: now() })
  }

  take () {
    this.#refill()
    if (this.left < 1) return false
    this.left -= 1
    return true
  }

  /** Until `take` will do [ms]. */
  get waitMs () {
    this.#refill()
    return Math.max(0, Math.ceil((1 - this.left) / this.aSecond * 1000))
  }

  #refill () {
    const now = this.now()
    this.left = Math.min(this.burst, this.left + (now - this.at) / 1000 * this.aSecond)
    this.at = now
  }
}
