import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'

const LOOK_MS = 250

/**
 * Call `onOrphaned` once, when the parent is gone: standard input closed, or another process became our parent.
 *
 * `parent` is the process that started us, perhaps through another one; 0 if it is not known.
 */
export function watchParent (parent, onOrphaned) {
  const first = process.ppid
  let told = false
  const tell = (why) => {
    if (told) return
    told = true
    onOrphaned(why)
  }
  setInterval(() => {
    if (process.ppid !== first || (parent && parent !== first && !isAlive(parent))) tell('its parent process ended')
  }, LOOK_MS)
  if (isPipe(0)) {
    const input = new Socket({ fd: 0, readable: true, writable: false })
    input.on('error', () => tell('its standard input broke'))
    input.on('close', () => tell('its standard input closed'))
    input.resume()
  }
}

function isAlive (pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Started by hand, standard input is a terminal or nothing at all; only a pipe says anything when it closes. */
function isPipe (fd) {
  try {
    const kind = fstatSync(fd)
    return kind.isFIFO() || kind.isSocket()
  } catch {
    return false
  }
}
