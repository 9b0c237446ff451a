'use strict'
// The one configuration of the server: a JSON file, checked before anything starts.

const fs = require('fs')
const path = require('path')

const DEFAULTS = {
  port: 0, // 0: any free port
  host: '127.0.0.1',
  seed: 1,
  world_dir: null, // null: nothing is saved
  fast: false, // no mining times, 20-tick furnaces
  view_distance: 6, // chunks
  version: '1.20.4',
  parent_pid: null,
  truth: false, // answer questions on stdin
  operators: [], // tests only: these players may use commands
  scene: null, // the gate only: {player, inventory: {item: count}}, held when that player first joins
  generator: null, // module path; null: ./generator
  data_dir: path.join(__dirname, '..', 'data'),
  debug: false
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']
const isInteger = (low, high) => value => Number.isInteger(value) && value >= low && value <= high
const isText = value => typeof value === 'string' && value.length > 0
const orNull = check => value => value === null || check(value)
const isBoolean = value => typeof value === 'boolean'

const isCounts = value => value !== null && typeof value === 'object' && !Array.isArray(value) &&
  Object.values(value).every(isInteger(1, 2304))
const isScene = value => typeof value === 'object' && isText(value.player) && isCounts(value.inventory)

const CHECKS = {
  port: [isInteger(0, 65535), 'a whole number from 0 to 65535'],
  host: [value => LOOPBACK.includes(value), `one of ${LOOPBACK.join(', ')}: this server has no accounts`],
  seed: [Number.isSafeInteger, 'a whole number'],
  world_dir: [orNull(isText), 'a folder, or null'],
  fast: [isBoolean, 'true or false'],
  view_distance: [isInteger(2, 16), 'a whole number from 2 to 16'],
  version: [value => value === '1.20.4', '"1.20.4", the version whose rules are built in'],
  parent_pid: [orNull(isInteger(1, 2 ** 31)), 'a process id, or null'],
  truth: [isBoolean, 'true or false'],
  operators: [value => Array.isArray(value) && value.every(isText), 'a list of player names'],
  scene: [orNull(isScene), '{"player": name, "inventory": {item: count}}, or null'],
  generator: [orNull(isText), 'the path of a module, or null'],
  data_dir: [isText, 'a folder'],
  debug: [isBoolean, 'true or false']
}

class StartError extends Error {
  constructor (code, message, remedy) {
    super(message)
    this.code = code
    this.remedy = remedy
  }
}

/** @throws {StartError} naming the key, what was found and what was expected. */
function check (given) {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new StartError('bad_config', 'the configuration is not a JSON object', 'Write {"port": 0, "seed": 1}.')
  }
  for (const key of Object.keys(given)) {
    if (!(key in DEFAULTS)) {
      throw new StartError('bad_config', `unknown key '${key}'`, `Known keys: ${Object.keys(DEFAULTS).join(', ')}.`)
    }
  }
  const config = { ...DEFAULTS, ...given }
  for (const [key, [ok, expected]] of Object.entries(CHECKS)) {
    if (!ok(config[key])) {
      throw new StartError('bad_config', `'${key}' is ${JSON.stringify(config[key])}; expected ${expected}`,
        `Correct '${key}' in the configuration file.`)
    }
  }
  return config
}

/** @throws {StartError} */
function read (file) {
  let text
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw new StartError('bad_config', `cannot read the configuration '${file}': ${error.message}`,
      'Run `node main.js CONFIG.json` with a readable JSON file.')
  }
  try {
    return check(JSON.parse(text))
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError('bad_config', `'${file}' is not JSON: ${error.message}`, 'Correct the file.')
  }
}

module.exports = { read, check, StartError }
