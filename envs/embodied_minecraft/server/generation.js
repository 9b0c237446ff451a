'use strict'
// flying-squid loads a generator by module path; this one hands on the function that the server made,
// with the saved blocks put into each new chunk.

module.exports = ({ generate, store }) => (chunkX, chunkZ) => store.applyTo(generate(chunkX, chunkZ), chunkX, chunkZ)
