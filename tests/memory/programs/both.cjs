// Writes the heap of a program twice at the same moment: by V8's writer, and read from memory in a forked child.
//
//     node both.cjs <addon> <path without suffix> <program>
const { writeHeapSnapshot } = require('node:v8')
const { walkWith } = require('./walk.cjs')

const [, , addon, path, program] = process.argv
const walk = walkWith(addon)

const run = async () => {
  // An ES module is imported: require() of one is not available in all versions.
  globalThis.kept = await (program.endsWith('.mjs') ? import(program) : require(program))
  // Everything that is compiled on first use is used once before.
  await walk(`${path}.dump`)
  for (let turn = 0; turn < 2; turn++) globalThis.gc()
  writeHeapSnapshot(`${path}.heapsnapshot`)
  await walk(`${path}.dump`)
  process.exit(0)
}
run().catch(error => {
  console.error(error)
  process.exit(1)
})
