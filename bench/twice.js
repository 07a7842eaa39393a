/**
 * Writes a snapshot with the heap of another one twice: everything below the root is repeated, below the same root. For a program of that
 * size, V8 would need six times the file in memory to write it.
 *
 *   node bench/twice.js <snapshot> <file to write>
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { openSnapshotFile } from '../dist/snapshot/open.js'
import { writeSnapshot } from '../dist/snapshot/write.js'
import { untold } from '../dist/task.js'

const [from, to] = process.argv.slice(2)
const { graph } = await openSnapshotFile(from, untold)
const file = openSync(to, 'w')
for (const text of writeSnapshot(twice(graph))) writeSync(file, text)
closeSync(file)

// Object ids are repeated as well, as the names of WeakMap entries contain them, and are the same strings.
function twice(graph) {
  const { nodeCount, edgeCount, root, firstEdge } = graph
  if (root !== 0) throw new Error('the root of the snapshot is not its first node')
  const more = nodeCount - 1
  const ofRoot = firstEdge[1]
  const again = node => (node === root ? root : node + more)

  // The root's edges, twice; those of all other nodes; and those again.
  const edges = (column, second = value => value) => {
    const all = new column.constructor(2 * edgeCount)
    all.set(column.subarray(0, ofRoot))
    all.set(column.subarray(0, ofRoot).map(second), ofRoot)
    all.set(column.subarray(ofRoot), 2 * ofRoot)
    all.set(column.subarray(ofRoot).map(second), ofRoot + edgeCount)
    return all
  }
  const nodes = column => {
    const all = new column.constructor(nodeCount + more)
    all.set(column)
    all.set(column.subarray(1), nodeCount)
    return all
  }
  const first = new Uint32Array(nodeCount + more + 1)
  for (let node = 1; node <= nodeCount; node++) first[node] = firstEdge[node] + ofRoot
  for (let node = 1; node < nodeCount; node++) first[node + more + 1] = firstEdge[node + 1] + edgeCount

  return {
    ...graph,
    nodeCount: nodeCount + more,
    edgeCount: 2 * edgeCount,
    nodeType: nodes(graph.nodeType),
    nodeName: nodes(graph.nodeName),
    nodeId: nodes(graph.nodeId),
    selfSize: nodes(graph.selfSize),
    detachedness: nodes(graph.detachedness),
    firstEdge: first,
    edgeType: edges(graph.edgeType),
    edgeName: edges(graph.edgeName),
    edgeTo: edges(graph.edgeTo, again),
    locations: locationsTwice(graph.locations, again),
  }
}

function locationsTwice(locations, again) {
  const joined = ([name, column]) => {
    const all = new Uint32Array(2 * column.length)
    all.set(column)
    all.set(name === 'node' ? column.map(again) : column, column.length)
    return [name, all]
  }
  return Object.fromEntries(Object.entries(locations).map(joined))
}
