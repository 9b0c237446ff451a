'use strict'
// What follows from where a player goes: falling, walking's hunger, and what the body is in.

const FALL_FREE = 3 // blocks
const SPRINT_COST = 0.1 // exhaustion a metre
const SWIM_COST = 0.01
const JUMP_COST = 0.05
const SPRINT_JUMP_COST = 0.2
const LONGEST_STEP = 10 // metres between two packets; more is a teleport
const SETTLE_MS = 1000 // after a respawn, packets of the old place may still come
const SOFT = /^(water|bubble_column|lava|cobweb|ladder|.*vines?(_plant)?|scaffolding|slime_block|powder_snow)$/

module.exports.server = serv => {
  const nameAt = (player, y) => player.world.sync.getBlock(player.position.offset(0, y, 0))?.name ?? 'air'

  serv.on('newPlayer', player => {
    player.resetFall = () => { player.fallDistance = 0 }
    player.blockAtFeet = () => nameAt(player, 0.05)
    player.blockAtEyes = () => nameAt(player, 1.62)
    player.resetFall()
    let last = null
    let settledAt = 0
    player.forgetPath = () => {
      last = null
      settledAt = Date.now() + SETTLE_MS
      player.resetFall()
    }
    let wasOnGround = true

    player.on('move', ({ position, onGround, teleport }) => {
      const from = last
      last = position.clone()
      if (!from || teleport || Date.now() < settledAt || player.health <= 0 || player.gameMode !== 0) {
        player.resetFall()
        wasOnGround = onGround
        return
      }
      const step = position.minus(from)
      const far = Math.hypot(step.x, step.z)
      if (far > LONGEST_STEP || Math.abs(step.y) > 64) return player.resetFall()
      if (wasOnGround && !onGround && step.y > 0.2) player.exhaust(player.sprinting ? SPRINT_JUMP_COST : JUMP_COST)
      const feet = player.blockAtFeet()
      if (feet === 'water') player.exhaust(far * SWIM_COST)
      else if (player.sprinting && onGround) player.exhaust(far * SPRINT_COST)
      if (SOFT.test(feet)) player.resetFall()
      else if (step.y < 0) player.fallDistance -= step.y
      else if (step.y > 0) player.resetFall()
      if (onGround) {
        const damage = Math.ceil(player.fallDistance - FALL_FREE)
        player.resetFall()
        if (damage > 0) player.hurt(damage, 'fall')
      }
      wasOnGround = onGround
    })
  })
}
