'use strict'
// A flat world for tests: bedrock at 0, stone to 59, dirt to 62, grass at 63.

module.exports = ({ registry }) => {
  const Chunk = require(require.resolve('prismarine-chunk', { paths: [process.env.EMBODIED_SERVER_DIR ?? __dirname] }))(registry)
  const state = name => registry.blocksByName[name].defaultState
  const layer = y => y === 0 ? 'bedrock' : y < 60 ? 'stone' : y < 63 ? 'dirt' : 'grass_block'
  const generate = () => {
    const chunk = new Chunk({ minY: -64, worldHeight: 384 })
    const at = { x: 0, y: 0, z: 0 }
    for (at.x = 0; at.x < 16; at.x++) {
      for (at.z = 0; at.z < 16; at.z++) {
        for (at.y = 0; at.y <= 63; at.y++) chunk.setBlockStateId(at, state(layer(at.y)))
        for (at.y = 64; at.y < 100; at.y++) chunk.setSkyLight(at, 15)
      }
    }
    return chunk
  }
  generate.spawn = { x: 8, y: 64, z: 8 }
  generate.biomeAt = () => 'plains'
  return generate
}
