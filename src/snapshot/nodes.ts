import { broken, type Cursor } from './cursor.js'
import type { Layout } from './header.js'
import { allocated, huge, readRows } from './numbers.js'

/** What the section `nodes` says, as columns. */
export interface NodeColumns {
  readonly nodeType: Uint8Array
  readonly nodeName: Uint32Array
  readonly nodeId: Uint32Array
  readonly selfSize: Float64Array
  readonly detachedness: Uint8Array
  readonly traceNode: Uint32Array | undefined
  readonly firstEdge: Uint32Array
}

/** Reads the section `nodes`. */
export async function readNodes(cursor: Cursor, layout: Layout): Promise<NodeColumns> {
  const { nodeCount, edgeCount, nodeTypes, node: column } = layout
  const nodeType = allocated(nodeCount, length => new Uint8Array(length))
  const nodeName = allocated(nodeCount, length => new Uint32Array(length))
  const nodeId = allocated(nodeCount, length => new Uint32Array(length))
  const selfSize = allocated(nodeCount, length => new Float64Array(length))
  const detachedness = allocated(nodeCount, length => new Uint8Array(length))
  const firstEdge = allocated(nodeCount + 1, length => new Uint32Array(length))
  let traceNode: Uint32Array | undefined
  let node = 0
  let edges = 0

  const check = (sound: boolean, reason: string): void => {
    if (!sound) throw broken(cursor.position, `or shortly before, node ${node} ${reason}`)
  }
  await readRows(cursor, 'nodes', column.width, (rows, count, hugeAt) => {
    check(node + count <= nodeCount, `is one more than the ${nodeCount} the header tells of`)
    for (let row = 0; count > 0; count--, row += column.width, node++) {
      const type = rows[row + column.type]!
      const name = rows[row + column.name]!
      const id = rows[row + column.id]!
      if (type >= nodeTypes.length) check(false, `has the type ${type} of ${nodeTypes.length}`)
      if (name === huge) check(false, 'has a name beyond all strings')
      if (id === huge) check(false, 'has an id beyond 32 bits')
      nodeType[node] = nodeTypes[type]!
      nodeName[node] = name
      nodeId[node] = id
      const size = rows[row + column.selfSize]!
      selfSize[node] = size === huge ? hugeAt(row + column.selfSize) : size
      firstEdge[node] = edges
      edges += rows[row + column.edgeCount]!
      if (edges > edgeCount) check(false, `brings the edges to more than the ${edgeCount} the header tells of`)
      if (column.detachedness >= 0) {
        const state = rows[row + column.detachedness]!
        if (state > 2) check(false, `has the detachedness ${state}`)
        detachedness[node] = state
      }
      // Nearly always all 0: V8 fills it only while allocations are tracked.
      if (column.trace >= 0 && rows[row + column.trace] !== 0) {
        traceNode ??= allocated(nodeCount, length => new Uint32Array(length))
        traceNode[node] = rows[row + column.trace]!
      }
    }
  })
  if (node < nodeCount) throw broken(cursor.position, `end the nodes: ${node} of the ${nodeCount} the header tells of`)
  if (edges < edgeCount) {
    throw broken(cursor.position, `end the nodes, which have ${edges} edges; the header tells of ${edgeCount}`)
  }
  firstEdge[nodeCount] = edges
  return { nodeType, nodeName, nodeId, selfSize, detachedness, traceNode, firstEdge }
}
