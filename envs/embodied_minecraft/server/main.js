'use strict'
// node main.js CONFIG.json
//
// One JSON line on stdout when ready (or with the error), logs on stderr. With `truth`, questions about the
// world's real state are answered on stdin and stdout, and on a loopback port with the key of the ready line. Ends, saving, when stdin closes,
// when the parent process is gone, and on SIGTERM or SIGINT.

const readline = require('readline')
const { listenForQuestions } = require('./truth_port')
const { read, StartError } = require('./config')
const { start } = require('./server')

const PARENT_CHECK_MS = 500
const STOP_DEADLINE_MS = 1500

const say = value => process.stdout.write(`${JSON.stringify(value)}\n`)
const log = line => process.stderr.write(`${new Date().toISOString()} ${line}\n`)

function alive (pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

async function main () {
  const config = read(process.argv[2] ?? '')
  const server = await start(config)
  let stopping = false
  const stop = async reason => {
    if (stopping) return
    stopping = true
    log(`stopping: ${reason}`)
    // Saved first: should closing hang, nothing is lost when we leave all the same.
    server.save()
    setTimeout(() => process.exit(0), STOP_DEADLINE_MS)
    await server.stop()
    process.exit(0)
  }
  // flying-squid takes the signals with this module, at some moment later, and ends the process at once with a
  // code of its own. The module takes them once only: let it be now, and take them back.
  require(require.resolve('exit-hook', { paths: [require.resolve('flying-squid')] }))(() => {})
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.removeAllListeners(signal)
    process.on(signal, () => stop(signal))
  }
  // A client's packet must never end the world for the others.
  process.on('uncaughtException', error => log(`error: ${error.stack ?? error}`))
  process.on('unhandledRejection', error => log(`error: ${error?.stack ?? error}`))
  process.stdout.on('error', () => stop('stdout closed'))
  const lines = readline.createInterface({ input: process.stdin })
  lines.on('line', line => { if (config.truth) server.serv.answerTruth(line, say) })
  lines.on('close', () => stop('stdin closed'))
  if (config.parent_pid !== null) {
    setInterval(() => { if (!alive(config.parent_pid)) stop('the parent process is gone') }, PARENT_CHECK_MS)
  }
  const truth = config.truth ? await listenForQuestions(config.host, server.serv.answerTruth) : {}
  say({
    ready: true,
    host: config.host,
    port: server.port,
    version: config.version,
    seed: config.seed,
    spawn: server.spawn,
    ...truth
  })
}

main().catch(error => {
  const known = error instanceof StartError
  if (!known) log(`error: ${error.stack ?? error}`)
  const remedy = known ? error.remedy : 'Look at the log of the server.'
  say({ ready: false, error: { code: known ? error.code : 'start_failed', message: error.message, remedy } })
  process.exitCode = 2
  setTimeout(() => process.exit(2), 200)
})
