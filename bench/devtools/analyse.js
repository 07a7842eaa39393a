/**
 * Loads a snapshot as DevTools does, and prints its number of nodes.
 *
 *   node bench/devtools/analyse.js <folder of .ci/fetch-devtools> <snapshot>
 */
import { devtoolsHeap } from './heap.js'

const [folder, snapshot] = process.argv.slice(2)
console.log((await devtoolsHeap(folder, snapshot)).nodeCount)
