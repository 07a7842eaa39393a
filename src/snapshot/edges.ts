import { edgeTypeNumber } from '../graph/heap-graph.js'
import { broken, type Cursor } from './cursor.js'
import { type Layout, unknownType } from './header.js'
import { allocated, fastMargin, type RowSink, readRows } from './numbers.js'

/** The section `edges`, as columns. */
export interface EdgeColumns {
  readonly edgeType: Uint8Array
  readonly edgeName: Uint32Array
  readonly edgeTo: Uint32Array
  /** The greatest name that is a string index. */
  readonly greatestName: number
}

/** Reads the section `edges`. */
export async function readEdges(cursor: Cursor, layout: Layout): Promise<EdgeColumns> {
  const rows = new EdgeRows(cursor, layout)
  await readRows(cursor, 'edges', layout.edge.width, rows)
  rows.end()
  return rows
}

const greatest = 2 ** 32 - 2
const [element, hidden] = [edgeTypeNumber('element'), edgeTypeNumber('hidden')]

class EdgeRows implements EdgeColumns, RowSink {
  readonly edgeType: Uint8Array
  readonly edgeName: Uint32Array
  readonly edgeTo: Uint32Array
  greatestName = 0
  readonly takeFast: RowSink['takeFast']
  readonly #cursor: Cursor
  readonly #layout: Layout
  #edge = 0

  constructor(cursor: Cursor, layout: Layout) {
    const { edgeCount, edge: column } = layout
    this.#cursor = cursor
    this.#layout = layout
    this.edgeType = allocated(edgeCount, length => new Uint8Array(length))
    this.edgeName = allocated(edgeCount, length => new Uint32Array(length))
    this.edgeTo = allocated(edgeCount, length => new Uint32Array(length))
    // The order that every V8 so far writes.
    const isInOrder = column.type === 0 && column.name === 1 && column.to === 2 && column.width === 3
    this.takeFast = isInOrder ? this.#takeFast : undefined
  }

  take(row: Float64Array): void {
    const { nodeCount, edgeCount, edgeTypes, edgeTypeNames, node, edge: column } = this.#layout
    const edge = this.#edge
    if (edge === edgeCount) this.#fail(`is one too many: the header has ${edgeCount}`)
    const type = row[column.type]!
    const name = row[column.name]!
    // V8 writes the position of the target's first number in `nodes`.
    const position = row[column.to]!
    const to = Math.floor(position / node.width)
    if (type >= edgeTypes.length) this.#fail(`has type ${type}, but there are ${edgeTypes.length} types`)
    if (edgeTypes[type] === unknownType) this.#fail(`has the unknown type \`${edgeTypeNames[type]}\``)
    if (name > greatest) this.#fail('has a name index beyond 32 bits')
    if (to >= nodeCount || to * node.width !== position) {
      this.#fail(`leads to ${position}, where no node begins`)
    }
    this.edgeType[edge] = edgeTypes[type]!
    this.edgeName[edge] = name
    if (name > this.greatestName && !this.#isNumbered(type)) this.greatestName = name
    this.edgeTo[edge] = to
    this.#edge++
  }

  // Digits are read as in nodes.ts.
  #takeFast(bytes: Uint8Array, begin: number, end: number): number {
    const { edgeType, edgeName, edgeTo } = this
    const { nodeCount, edgeCount, edgeTypes } = this.#layout
    const last = end - fastMargin
    const typeCount = edgeTypes.length
    const nodeWidth = this.#layout.node.width
    const perNode = 1 / nodeWidth
    let edge = this.#edge
    let greatestName = this.greatestName
    let row = begin

    while (row < last && edge < edgeCount) {
      let at = row
      let type = bytes[at]! ^ 0x30
      if (type > 9) break
      for (let digit = bytes[++at]! ^ 0x30; digit < 10; digit = bytes[++at]! ^ 0x30)
        type = (Math.imul(type, 10) + digit) | 0
      if (at - row > 9 || type >= typeCount || edgeTypes[type] === unknownType || bytes[at] !== 0x2c) break

      const nameAt = ++at
      let name = bytes[at]! ^ 0x30
      if (name > 9) break
      for (let digit = bytes[++at]! ^ 0x30; digit < 10; digit = bytes[++at]! ^ 0x30)
        name = (Math.imul(name, 10) + digit) | 0
      if (at - nameAt > 9 || bytes[at] !== 0x2c) break

      const toAt = ++at
      let position = bytes[at]! ^ 0x30
      if (position > 9) break
      for (let digit = bytes[++at]! ^ 0x30; digit < 10; digit = bytes[++at]! ^ 0x30)
        position = (Math.imul(position, 10) + digit) | 0
      // Division would be the slowest step here. The inexact product is rounded; the last condition checks that the
      // result is the exact quotient.
      const to = (position * perNode + 0.5) | 0
      if (at - toAt > 9 || to >= nodeCount || Math.imul(to, nodeWidth) !== position) break
      if (bytes[at] === 0x0a) at++
      if (bytes[at] !== 0x2c) break

      edgeType[edge] = edgeTypes[type]!
      edgeName[edge] = name
      if (name > greatestName && !this.#isNumbered(type)) greatestName = name
      edgeTo[edge] = to
      edge++
      row = at + 1
    }
    this.#edge = edge
    this.greatestName = greatestName
    return row
  }

  /** Whether names of this edge type (in the file's numbering) are numbers, not string indices. */
  #isNumbered(type: number): boolean {
    const ours = this.#layout.edgeTypes[type]
    return ours === element || ours === hidden
  }

  /** Called at the end of the section; checks that it is complete. */
  end(): void {
    const { edgeCount } = this.#layout
    if (this.#edge === edgeCount) return
    throw broken(this.#cursor.position, `section \`edges\` ends after ${this.#edge} of ${edgeCount} edges`)
  }

  #fail(reason: string): never {
    throw broken(this.#cursor.position, `edge ${this.#edge} ${reason}`)
  }
}
