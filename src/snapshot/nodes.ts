import type { Sizes } from '../graph/heap-graph.js'
import { broken, type Cursor } from './cursor.js'
import type { Layout } from './header.js'
import { allocated, fastMargin, type RowSink, readRows } from './numbers.js'

/** The section `nodes`, as columns. */
export interface NodeColumns {
  readonly nodeType: Uint8Array
  readonly nodeName: Uint32Array
  readonly nodeId: Uint32Array
  readonly selfSize: Sizes
  readonly detachedness: Uint8Array
  readonly traceNode: Uint32Array | undefined
  readonly firstEdge: Uint32Array
  /** The greatest name; checked against the number of strings at the end of the file. */
  readonly greatestName: number
}

/** Reads the section `nodes`. */
export async function readNodes(cursor: Cursor, layout: Layout): Promise<NodeColumns> {
  const rows = new NodeRows(cursor, layout)
  await readRows(cursor, 'nodes', layout.node.width, rows)
  rows.end()
  return rows
}

const greatest = 2 ** 32 - 2

class NodeRows implements NodeColumns, RowSink {
  readonly nodeType: Uint8Array
  readonly nodeName: Uint32Array
  readonly nodeId: Uint32Array
  selfSize: Sizes
  readonly detachedness: Uint8Array
  traceNode: Uint32Array | undefined
  readonly firstEdge: Uint32Array
  greatestName = 0
  readonly takeFast: RowSink['takeFast']
  readonly #cursor: Cursor
  readonly #layout: Layout
  #node = 0
  #edges = 0

  constructor(cursor: Cursor, layout: Layout) {
    const { nodeCount, node: column } = layout
    this.#cursor = cursor
    this.#layout = layout
    this.nodeType = allocated(nodeCount, length => new Uint8Array(length))
    this.nodeName = allocated(nodeCount, length => new Uint32Array(length))
    this.nodeId = allocated(nodeCount, length => new Uint32Array(length))
    this.selfSize = allocated(nodeCount, length => new Uint32Array(length))
    this.detachedness = allocated(nodeCount, length => new Uint8Array(length))
    this.firstEdge = allocated(nodeCount + 1, length => new Uint32Array(length))
    // The order that every V8 so far writes, followed by at most two more columns.
    const inOrder = [column.type, column.name, column.id, column.selfSize, column.edgeCount]
    this.takeFast = inOrder.every((at, place) => at === place) && column.width < 10 ? this.#takeFast : undefined
  }

  take(row: Float64Array): void {
    const { nodeCount, edgeCount, nodeTypes, node: column } = this.#layout
    const node = this.#node
    if (node === nodeCount) this.#fail(`is one too many: the header has ${nodeCount}`)
    const type = row[column.type]!
    const name = row[column.name]!
    const id = row[column.id]!
    if (type >= nodeTypes.length) this.#fail(`has type ${type}, but there are ${nodeTypes.length} types`)
    if (name > greatest) this.#fail('has a name index beyond 32 bits')
    if (id > greatest) this.#fail('has an id beyond 32 bits')
    this.nodeType[node] = nodeTypes[type]!
    this.nodeName[node] = name
    if (name > this.greatestName) this.greatestName = name
    this.nodeId[node] = id
    const size = row[column.selfSize]!
    if (size >= 2 ** 32 && this.selfSize instanceof Uint32Array) {
      // Only what was read so far: the header may claim more than there is memory for, and copying would touch all of
      // it.
      const soFar = this.selfSize.subarray(0, node)
      this.selfSize = allocated(nodeCount, length => new Float64Array(length))
      this.selfSize.set(soFar)
    }
    this.selfSize[node] = size
    this.firstEdge[node] = this.#edges
    this.#edges += row[column.edgeCount]!
    if (this.#edges > edgeCount) this.#fail(`has too many edges: the header has ${edgeCount}`)
    if (column.detachedness >= 0) {
      const state = row[column.detachedness]!
      if (state > 2) this.#fail(`has the invalid detachedness ${state}`)
      this.detachedness[node] = state
    }
    // Nearly always 0: V8 fills it only while allocations are tracked.
    if (column.trace >= 0 && row[column.trace] !== 0) {
      this.traceNode ??= allocated(nodeCount, length => new Uint32Array(length))
      this.traceNode[node] = row[column.trace]!
    }
    this.#node++
  }

  // The loop over digits is repeated for each number: a function that returns both a number and its end would make this
  // 1.5 times as slow, in newer V8s twice as slow.
  #takeFast(bytes: Uint8Array, begin: number, end: number): number {
    const { nodeType, nodeName, nodeId, selfSize, firstEdge } = this
    const { nodeCount, edgeCount, nodeTypes, node: column } = this.#layout
    const last = end - fastMargin
    const typeCount = nodeTypes.length
    const width = column.width
    let node = this.#node
    let edges = this.#edges
    let greatestName = this.greatestName
    let row = begin

    while (row < last && node < nodeCount) {
      let at = row
      let type = bytes[at]! ^ 0x30
      if (type > 9) break
      for (let digit = bytes[++at]! ^ 0x30; digit < 10; digit = bytes[++at]! ^ 0x30)
        type = (Math.imul(type, 10) + digit) | 0
      if (at - row > 9 || type >= typeCount || bytes[at] !== 0x2c) break

      const nameAt = ++at
      let name = bytes[at]! ^ 0x30
      if (name > 9) break
      for (let digit = bytes[++at]! ^ 0x30; digit < 10; digit = bytes[++at]! ^ 0x30)
        name = (Math.imul(name, 10) + digit) | 0
      if (at - nameAt > 9 || bytes[at] !== 0x2c) break

      const idAt = ++at
      let id = bytes[at]! ^ 0x30
      if (id > 9) break
      for (let digit = bytes[++at]! ^ 0x30; digit < 10; digit = bytes[++at]! ^ 0x30)
        id = (Math.imul(id, 10) + digit) | 0
      if (at - idAt > 9 || bytes[at] !== 0x2c) break

      const sizeAt = ++at
      let size = bytes[at]! ^ 0x30
      if (size > 9) break
      for (let digit = bytes[++at]! ^ 0x30; digit < 10; digit = bytes[++at]! ^ 0x30)
        size = (Math.imul(size, 10) + digit) | 0
      if (at - sizeAt > 9 || bytes[at] !== 0x2c) break

      const countAt = ++at
      let count = bytes[at]! ^ 0x30
      if (count > 9) break
      for (let digit = bytes[++at]! ^ 0x30; digit < 10; digit = bytes[++at]! ^ 0x30)
        count = (Math.imul(count, 10) + digit) | 0
      if (at - countAt > 9 || edges + count > edgeCount) break

      // Further columns are nearly always 0; other rows take the slow path.
      let rest = width - 5
      while (rest > 0 && bytes[at] === 0x2c && bytes[at + 1] === 0x30) {
        at += 2
        rest--
      }
      // Up to Node.js 22 a row ends with a line feed, and the comma is on the next line.
      if (bytes[at] === 0x0a) at++
      if (rest > 0 || bytes[at] !== 0x2c) break

      nodeType[node] = nodeTypes[type]!
      nodeName[node] = name
      if (name > greatestName) greatestName = name
      nodeId[node] = id
      selfSize[node] = size
      firstEdge[node] = edges
      edges += count
      node++
      row = at + 1
    }
    this.#node = node
    this.#edges = edges
    this.greatestName = greatestName
    return row
  }

  /** Called at the end of the section; checks that it is complete. */
  end(): void {
    const { nodeCount, edgeCount } = this.#layout
    const { position } = this.#cursor
    if (this.#node < nodeCount) {
      throw broken(position, `section \`nodes\` ends after ${this.#node} of ${nodeCount} nodes`)
    }
    if (this.#edges < edgeCount) {
      throw broken(position, `the nodes have ${this.#edges} edges, but the header has ${edgeCount}`)
    }
    this.firstEdge[nodeCount] = this.#edges
  }

  #fail(reason: string): never {
    throw broken(this.#cursor.position, `node ${this.#node} ${reason}`)
  }
}
