// Writes the heap of a program twice, of the same moment: by V8's writer, and read from memory in a forked child.
//
//     node both.cjs <addon> <path without suffix> <program>
const { createReadStream, createWriteStream } = require('node:fs')
const { pipeline } = require('node:stream/promises')
const { writeHeapSnapshot } = require('node:v8')

const [, , addon, path, program] = process.argv
const loaded = { exports: {} }
process.dlopen(loaded, addon)
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

const run = async () => {
  // An ES module by import: require() of one is not there in all versions.
  globalThis.kept = await (program.endsWith('.mjs') ? import(program) : require(program))
  // Whatever is compiled when it is first used is used once before.
  const walk = () => loaded.exports.walk(120, 0, false, seeds, options, undefined)
  const read = ({ pid, pipe }, to) => pipeline(createReadStream(`/proc/${pid}/fd/${pipe}`), createWriteStream(to))
  await read(walk(), `${path}.dump`)
  for (let turn = 0; turn < 2; turn++) globalThis.gc()
  writeHeapSnapshot(`${path}.heapsnapshot`)
  await read(walk(), `${path}.dump`)
  process.exit(0)
}
run().catch(error => {
  console.error(error)
  process.exit(1)
})
