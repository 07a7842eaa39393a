import type { Locations } from '../graph/heap-graph.js'
import { broken, type Cursor } from './cursor.js'
import type { Layout, LocationLayout } from './header.js'
import { readRows } from './numbers.js'

/** What V8 writes for -1, a line or column it could not tell. */
const untold = 2 ** 32 - 1

/** Reads the section `locations`, whose length no header tells, and sorts it by node. */
export async function readLocations(cursor: Cursor, layout: Layout, column: LocationLayout): Promise<Locations> {
  const batches: Float64Array[] = []
  const rowCount = await readRows(cursor, 'locations', column.width, (rows, count) => {
    batches.push(rows.slice(0, count * column.width))
  })
  const nodes = new Float64Array(rowCount)
  const places = {
    script: new Uint32Array(rowCount),
    line: new Uint32Array(rowCount),
    column: new Uint32Array(rowCount),
  }
  let length = 0
  for (const rows of batches) {
    for (let row = 0; row < rows.length; row += column.width) {
      const node = rows[row + column.node]! / layout.node.width
      if (!Number.isInteger(node) || node >= layout.nodeCount) {
        throw broken(
          cursor.position,
          `end the locations, one of which is at ${rows[row + column.node]}, where no node begins`,
        )
      }
      const [script, line, character] = [
        rows[row + column.script]!,
        rows[row + column.line]!,
        rows[row + column.column]!,
      ]
      if (Math.max(script, line, character) >= untold) continue
      nodes[length] = node
      places.script[length] = script
      places.line[length] = line
      places.column[length++] = character
    }
  }

  const order = Uint32Array.from({ length }, (_, at) => at)
  order.sort((a, b) => nodes[a]! - nodes[b]! || a - b)
  return {
    node: order.map(at => nodes[at]!),
    script: order.map(at => places.script[at]!),
    line: order.map(at => places.line[at]!),
    column: order.map(at => places.column[at]!),
  }
}
