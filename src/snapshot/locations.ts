import type { Locations } from '../graph/heap-graph.js'
import { broken, type Cursor } from './cursor.js'
import type { Layout, LocationLayout } from './header.js'
import { huge, readRows } from './numbers.js'

/** Reads the section `locations`, whose length no header tells, and sorts it by node. */
export async function readLocations(cursor: Cursor, layout: Layout, column: LocationLayout): Promise<Locations> {
  const { nodeCount } = layout
  const batches: Uint32Array[] = []
  const rowCount = await readRows(cursor, 'locations', column.width, (rows, count) => {
    batches.push(rows.slice(0, count * column.width))
  })

  const places = {
    script: new Uint32Array(rowCount),
    line: new Uint32Array(rowCount),
    column: new Uint32Array(rowCount),
  }
  // By node: its place plus one, since 0 stands for none.
  const placeOf = new Uint32Array(nodeCount)
  let [place, length] = [0, 0]
  for (const rows of batches) {
    for (let row = 0; row < rows.length; row += column.width) {
      const node = rows[row + column.node]! / layout.node.width
      if (!Number.isInteger(node) || node >= nodeCount) {
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
      // V8 writes -1, as an unsigned number, for a line or column it cannot tell.
      if (script === huge || line === huge || character === huge) continue
      places.script[place] = script
      places.line[place] = line
      places.column[place++] = character
      if (placeOf[node] === 0) length++
      placeOf[node] = place
    }
  }
  return sorted(places, placeOf, length)
}

function sorted(places: Omit<Locations, 'node'>, placeOf: Uint32Array, length: number): Locations {
  const node = new Uint32Array(length)
  const order = new Uint32Array(length)
  for (let at = 0, to = 0; at < placeOf.length; at++) {
    if (placeOf[at] === 0) continue
    node[to] = at
    order[to++] = placeOf[at]! - 1
  }
  const inOrder = (column: Uint32Array): Uint32Array => order.map(place => column[place]!)
  return { node, script: inOrder(places.script), line: inOrder(places.line), column: inOrder(places.column) }
}
