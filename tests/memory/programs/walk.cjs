// Reads the heap of the process that loads it from memory, in a forked child:
//
//     await walkWith(<path of the addon>)('/tmp/heap.dump')
//
// LEAKSCOPE_TEST_SYMBOLS names a file with the listed symbols of a stripped build.
const { createReadStream, createWriteStream, readFileSync } = require('node:fs')
const { pipeline } = require('node:stream/promises')

const seeds = [
  globalThis,
  process,
  Array,
  Map,
  Promise,
  Object.prototype,
  Buffer,
  require,
  parseInt,
  Array.prototype.push,
  Map.prototype.get,
]
const { LEAKSCOPE_TEST_SYMBOLS: listed } = process.env
const symbols = listed === undefined ? undefined : readFileSync(listed, 'utf8')
const options = { node: process.version, v8: process.versions.v8, symbols, ids: true, native: true }

module.exports.walkWith = addon => {
  const loaded = { exports: {} }
  process.dlopen(loaded, addon)
  return async to => {
    const { pid, pipe } = loaded.exports.walk(120, 0, false, seeds, options, undefined)
    await pipeline(createReadStream(`/proc/${pid}/fd/${pipe}`), createWriteStream(to))
  }
}
