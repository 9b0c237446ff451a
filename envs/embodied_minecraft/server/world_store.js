'use strict'
// The saved world: what differs from what the generator makes, in one JSON file.
//
// One file, replaced by rename, so that players, containers and blocks are always of the same moment: a
// crash can lose the last seconds, but can neither double an item nor leave half a file.

const fs = require('fs')
const path = require('path')
const { StartError } = require('./config')

const FORMAT = 1
const FILE = 'world.json'

const chunkKey = (x, z) => `${Math.floor(x / 16)},${Math.floor(z / 16)}`
const mod16 = n => ((n % 16) + 16) % 16

class WorldStore {
  /** @throws {StartError} when the saved world cannot be read, or belongs to another seed or version. */
  constructor ({ folder, seed, version }) {
    this.file = folder === null ? null : path.join(folder, FILE)
    this.identity = { format: FORMAT, seed, version }
    this.edits = new Map() // 'chunkX,chunkZ' -> Map('x,y,z' in the world -> state id)
    this.saved = { time: 0, players: {}, containers: {}, items: [] }
    if (folder !== null) {
      try {
        fs.mkdirSync(folder, { recursive: true })
      } catch (error) {
        throw new StartError('bad_world', `cannot make the world folder '${folder}': ${error.message}`,
          'Give a folder that can be written.')
      }
      this.load()
    }
  }

  load () {
    if (!fs.existsSync(this.file)) return
    let data
    try {
      data = JSON.parse(fs.readFileSync(this.file, 'utf8'))
    } catch (error) {
      throw new StartError('bad_world', `the saved world '${this.file}' cannot be read: ${error.message}`,
        'Move the file away to start a new world.')
    }
    for (const [key, expected] of Object.entries(this.identity)) {
      if (data[key] !== expected) {
        throw new StartError('bad_world', `the saved world '${this.file}' has ${key} ${data[key]}, not ${expected}`,
          'Use another world folder, or the seed and version that the world was made with.')
      }
    }
    for (const [key, blocks] of Object.entries(data.edits)) this.edits.set(key, new Map(Object.entries(blocks)))
    this.saved = { time: data.time, players: data.players, containers: data.containers, items: data.items ?? [] }
  }

  recordBlock ({ x, y, z }, stateId) {
    const key = chunkKey(x, z)
    if (!this.edits.has(key)) this.edits.set(key, new Map())
    this.edits.get(key).set(`${x},${y},${z}`, stateId)
  }

  /** Puts the recorded blocks into a freshly generated chunk. */
  applyTo (chunk, chunkX, chunkZ) {
    for (const [place, stateId] of this.edits.get(`${chunkX},${chunkZ}`) ?? []) {
      const [x, y, z] = place.split(',').map(Number)
      chunk.setBlockStateId({ x: mod16(x), y, z: mod16(z) }, stateId)
    }
    return chunk
  }

  /** Writes everything; `live` is {time, players, containers, items}. Synchronous: it must end before we do. */
  save (live) {
    this.saved = live
    if (this.file === null) return
    const edits = {}
    for (const [key, blocks] of this.edits) edits[key] = Object.fromEntries(blocks)
    const text = JSON.stringify({ ...this.identity, ...live, edits })
    const temporary = `${this.file}.${process.pid}.tmp`
    const handle = fs.openSync(temporary, 'w')
    try {
      fs.writeSync(handle, text)
      fs.fsyncSync(handle)
    } finally {
      fs.closeSync(handle)
    }
    fs.renameSync(temporary, this.file)
  }
}

module.exports = { WorldStore }
