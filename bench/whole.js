/**
 * The whole analysis of a snapshot by leakscope, stage by stage: everything that questions are based on. Prints the milliseconds of
 * processor time of each stage as JSON, including V8's other threads (garbage collection, compilation).
 *
 *   node bench/whole.js <snapshot>
 */
import { distances } from '../dist/graph/distances.js'
import { dominators } from '../dist/graph/dominators.js'
import { ephemerons } from '../dist/graph/ephemerons.js'
import { incoming } from '../dist/graph/incoming.js'
import { retainedSizes } from '../dist/graph/retained-sizes.js'
import { retainingBits } from '../dist/graph/retaining.js'
import { shallowSizes } from '../dist/graph/shallow-sizes.js'
import { types } from '../dist/graph/types.js'
import { openSnapshotFile } from '../dist/snapshot/open.js'
import { untold } from '../dist/task.js'

const stages = {}
let graph
let last = process.cpuUsage()
const mark = name => {
  const { user, system } = process.cpuUsage(last)
  stages[name] = (user + system) / 1000
  last = process.cpuUsage()
}

graph = (await openSnapshotFile(process.argv[2], untold)).graph
mark('reading')
// Ordered so that each stage finds its prerequisites computed, and none includes the cost of another.
for (const [name, fact] of Object.entries({
  'WeakMap entries': ephemerons,
  'which edges retain': retainingBits,
  retainers: incoming,
  'depth-first order and dominators': dominators,
  'shallow sizes': shallowSizes,
  'retained sizes': retainedSizes,
  distances,
  types,
})) {
  fact(graph)
  mark(name)
}
console.log(JSON.stringify({ nodes: graph.nodeCount, edges: graph.edgeCount, stages }))
