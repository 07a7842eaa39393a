/**
 * DevTools' results for every node, as consecutive little-endian columns: immediate dominators (Uint32), retained sizes
 * (Float64), shallow sizes (Float64), distances (Uint32; 0xffffffff for none) and references (Uint32: the hash below of one line per
 * reference, such as `property name 7`, with the number of its target node).
 *
 *   node bench/devtools/columns.js <folder of .ci/fetch-devtools> <snapshot> <file to write>
 */
import { writeFileSync } from 'node:fs'
import { devtoolsHeap } from './heap.js'

const [folder, snapshot, file] = process.argv.slice(2)
const heap = await devtoolsHeap(folder, snapshot)

const { nodeCount, nodeFieldCount, nodeSelfSizeOffset, nodes } = heap
const shallow = new Float64Array(nodeCount)
for (let node = 0; node < nodeCount; node++) shallow[node] = nodes.getValue(node * nodeFieldCount + nodeSelfSizeOffset)
const references = Uint32Array.from({ length: nodeCount }, (_, node) => {
  let hash = 0
  for (const edges = heap.createNode(node * nodeFieldCount).edges(); edges.hasNext(); edges.next()) {
    const edge = edges.item()
    for (const letter of `${edge.type()} ${edge.name()} ${edge.nodeIndex() / nodeFieldCount}\n`) {
      hash = (Math.imul(hash, 31) + letter.codePointAt(0)) >>> 0
    }
  }
  return hash
})
const columns = [
  Uint32Array.from(heap.dominatorsTree),
  Float64Array.from(heap.retainedSizes),
  shallow,
  // DevTools marks "no distance" by a negative number, leakscope by the largest one.
  Uint32Array.from(heap.nodeDistances, distance => (distance < 0 ? 0xffffffff : distance)),
  references,
]
writeFileSync(file, Buffer.concat(columns.map(column => Buffer.from(column.buffer))))
