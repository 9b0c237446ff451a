'use strict'
// The referee's questions on a loopback port, one JSON line each. The key keeps other programs of this
// machine from asking; only the process that started us reads it, in our ready line.

const net = require('net')
const { randomBytes, timingSafeEqual } = require('crypto')

const LONGEST_QUESTION = 4096
const IDLE_MS = 5000

const sameKey = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

function keyOf (line) {
  try {
    return String(JSON.parse(line).key)
  } catch {
    return ''
  }
}

/** @returns {Promise<{truth_port: number, truth_key: string}>} */
function listenForQuestions (host, answer) {
  const key = randomBytes(16).toString('hex')
  const server = net.createServer(socket => {
    let text = ''
    socket.setEncoding('utf8')
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy()) // the asker has gone, and with it the need for an answer
    socket.on('data', part => {
      text += part
      if (text.length > LONGEST_QUESTION) return socket.destroy()
      const end = text.indexOf('\n')
      if (end < 0) return
      const line = text.slice(0, end)
      if (!sameKey(keyOf(line), key)) return socket.destroy()
      answer(line, value => socket.end(`${JSON.stringify(value)}\n`))
    })
  })
  server.unref()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, () => resolve({ truth_port: server.address().port, truth_key: key }))
  })
}

module.exports = { listenForQuestions }
