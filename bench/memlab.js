/**
 * Loads a snapshot as memlab's analyses do, and prints its number of nodes.
 *
 *   node bench/memlab.js <folder that @memlab/heap-analysis is installed in> <snapshot>
 */
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const [folder, snapshot] = process.argv.slice(2)
const { getFullHeapFromFile } = createRequire(resolve(folder, 'any.js'))('@memlab/heap-analysis')
const heap = await getFullHeapFromFile(resolve(snapshot))
process.stdout.write(`\n${heap.nodes.length}\n`)
