'use strict'
// Builds the server: flying-squid, our plug-ins, our generator and the saved world.

const fs = require('fs')
const path = require('path')
const { PassThrough } = require('stream')
const { StartError } = require('./config')
const { WorldStore } = require('./world_store')

const PLUGINS = ['guard', 'deeds', 'joining', 'chat', 'using', 'inventory', 'windows', 'crafting', 'containers', 'chest', 'furnace', 'drops',
  'digging', 'placing', 'tools', 'buckets', 'neighbours', 'growth', 'movement', 'damage', 'hunger', 'respawn', 'saving', 'scene',
  'truth']
const START_DEADLINE_MS = 30000

/**
 * flying-squid opens a console on stdin and writes prompts to stdout while it starts. Both belong to our own
 * protocol, so it is given dead ends meanwhile.
 */
function createServer (options) {
  const real = ['stdin', 'stdout'].map(name => [name, Object.getOwnPropertyDescriptor(process, name)])
  Object.defineProperty(process, 'stdin', { value: new PassThrough(), configurable: true })
  Object.defineProperty(process, 'stdout', { value: new PassThrough().resume(), configurable: true })
  try {
    return require('flying-squid').createMCServer(options)
  } finally {
    for (const [name, descriptor] of real) Object.defineProperty(process, name, descriptor)
  }
}

function readData (folder, file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'))
  } catch (error) {
    throw new StartError('bad_install', `cannot read the game data '${file}': ${error.message}`, 'Install again.')
  }
}

function makeGenerator (config, registry) {
  const where = config.generator ?? path.join(__dirname, 'generator', 'index.js')
  try {
    return require(path.resolve(where))({ registry, seed: config.seed, version: config.version })
  } catch (error) {
    throw new StartError('bad_generator', `the world generator '${where}' failed: ${error.message}`, 'Install again.')
  }
}

function options (config, survival) {
  const plugins = {}
  for (const name of PLUGINS) {
    const file = path.join(__dirname, 'plugins', `${name}.js`)
    if (fs.existsSync(file)) plugins[file] = {}
  }
  return {
    host: config.host,
    port: config.port,
    version: config.version,
    motd: 'embodied',
    'max-players': 8,
    'online-mode': false,
    'view-distance': config.view_distance,
    'everybody-op': false,
    'player-list-text': { header: '', footer: '' },
    gameMode: 0,
    difficulty: 2,
    kickTimeout: 120000,
    logging: false,
    noConsoleOutput: true,
    // With a debug function flying-squid does not end the process at the first stray exception.
    debug: config.debug ? line => process.stderr.write(`${line}\n`) : () => {},
    generation: {
      name: path.join(__dirname, 'generation.js'),
      // flying-squid wants a seed of its own; 0 would mean "any", and ours goes to our generator.
      options: { seed: Math.abs(config.seed) || 1, generate: survival.generator, store: survival.store }
    },
    plugins,
    survival
  }
}

function listening (serv) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StartError('start_timeout', 'the server did not start in 30 s',
      'Look at the log; start it again.')), START_DEADLINE_MS)
    serv.once('error', error => { clearTimeout(timer); reject(error) })
    serv.waitForReady(START_DEADLINE_MS).then(() => { clearTimeout(timer); resolve() }, reject)
  })
}

const portError = (config, error) => error.code === 'EADDRINUSE'
  ? new StartError('port_taken', `port ${config.port} on ${config.host} is in use`,
    'Choose another port, or 0 for any free one.')
  : error

/**
 * Starts a server.
 * @returns {Promise<{serv, port: number, spawn: number[], save: function, stop: function}>}
 * @throws {StartError}
 */
async function start (config) {
  const registry = require('prismarine-registry')(config.version)
  const generator = makeGenerator(config, registry)
  const survival = {
    config,
    generator,
    store: new WorldStore({ folder: config.world_dir, seed: config.seed, version: config.version }),
    smelting: readData(config.data_dir, 'smelting.json'),
    fuels: readData(config.data_dir, 'fuels.json'),
    lootFixes: readData(config.data_dir, 'loot_fixes.json'),
    stacks: require('./lib/stacks')(registry),
    states: require('./lib/block_states')(registry),
    recipes: require('./lib/recipes')(registry)
  }
  const serv = createServer(options(config, survival))
  try {
    await listening(serv)
  } catch (error) {
    throw portError(config, error)
  }
  const { x, y, z } = generator.spawn
  return {
    serv,
    port: serv._server.socketServer.address().port,
    spawn: [x, y, z],
    save: () => serv.saveWorld(),
    stop: async () => {
      serv.saveWorld()
      serv.stopTickInterval()
      await serv.quit('The server was stopped.')
    }
  }
}

module.exports = { start }
