// Reads the heap of the process that loads it from memory, in a forked child:
//
//     await walkWith(<path of the addon>)('/tmp/heap.dump')
const { createReadStream, createWriteStream } = require('node:fs')
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
const options = { node: process.version, v8: process.versions.v8, ids: true, native: true }

module.exports.walkWith = addon => {
  const loaded = { exports: {} }
  process.dlopen(loaded, addon)
  return async to => {
    const { pid, pipe } = loaded.exports.walk(120, 0, false, seeds, options, undefined)
    await pipeline(createReadStream(`/proc/${pid}/fd/${pipe}`), createWriteStream(to))
  }
}
