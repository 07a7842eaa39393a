import { broken, type Cursor } from './cursor.js'
import { type Layout, unknownType } from './header.js'
import { allocated, huge, readRows } from './numbers.js'

/** What the section `edges` says, as columns. */
export interface EdgeColumns {
  readonly edgeType: Uint8Array
  readonly edgeName: Uint32Array
  readonly edgeTo: Uint32Array
}

/** Reads the section `edges`. */
export async function readEdges(cursor: Cursor, layout: Layout): Promise<EdgeColumns> {
  const { nodeCount, edgeCount, edgeTypes, edgeTypeWords, edge: column } = layout
  const nodeWidth = layout.node.width
  const edgeType = allocated(edgeCount, length => new Uint8Array(length))
  const edgeName = allocated(edgeCount, length => new Uint32Array(length))
  const edgeTo = allocated(edgeCount, length => new Uint32Array(length))
  let edge = 0

  const check = (sound: boolean, reason: string): void => {
    if (!sound) throw broken(cursor.position, `or shortly before, edge ${edge} ${reason}`)
  }
  await readRows(cursor, 'edges', column.width, (rows, count) => {
    check(edge + count <= edgeCount, `is one more than the ${edgeCount} the header tells of`)
    for (let row = 0; count > 0; count--, row += column.width, edge++) {
      const type = rows[row + column.type]!
      const name = rows[row + column.name]!
      // V8 writes the position of the target's first number in `nodes`.
      const position = rows[row + column.to]!
      const to = (position / nodeWidth) >>> 0
      if (type >= edgeTypes.length) check(false, `has the type ${type} of ${edgeTypes.length}`)
      if (edgeTypes[type] === unknownType) check(false, `is of the type \`${edgeTypeWords[type]}\`, not known here`)
      if (name === huge) check(false, 'has a name beyond all strings')
      if (to >= nodeCount || to * nodeWidth !== position) check(false, `leads to ${position}, where no node begins`)
      edgeType[edge] = edgeTypes[type]!
      edgeName[edge] = name
      edgeTo[edge] = to
    }
  })
  if (edge < edgeCount) throw broken(cursor.position, `end the edges: ${edge} of the ${edgeCount} the header tells of`)
  return { edgeType, edgeName, edgeTo }
}
