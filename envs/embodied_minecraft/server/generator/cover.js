'use strict'
module.exports.makeCover = () => ({ plant () {}, caveBiome: () => null })
