import type { Locations } from '../graph/heap-graph.js'
import { broken, type Cursor } from './cursor.js'
import type { Layout, LocationLayout } from './header.js'
import { readRows } from './numbers.js'

/** Locations in the order of the file. */
export interface UnsortedLocations {
  /**
   * Sorted by node. Call only after the nodes were read: sorting takes memory and time for as many as the header
   * claims.
   */
  sorted(): Locations
}

/** Reads the section `locations`, whose length is not in the header. */
export async function readLocations(
  cursor: Cursor,
  layout: Layout,
  column: LocationLayout,
): Promise<UnsortedLocations> {
  const rows = new LocationRows(cursor, layout, column)
  await readRows(cursor, 'locations', column.width, rows)
  return rows
}

// V8 writes -1, as an unsigned number, for an unknown line or column.
const unknown = 2 ** 32 - 1

class LocationRows implements UnsortedLocations {
  /** In file order: node, script, line, column. Grows with what is read, not with what the header claims. */
  #rows = new Uint32Array(4 * 1024)
  #length = 0
  readonly #cursor: Cursor
  readonly #layout: Layout
  readonly #column: LocationLayout

  constructor(cursor: Cursor, layout: Layout, column: LocationLayout) {
    this.#cursor = cursor
    this.#layout = layout
    this.#column = column
  }

  take(row: Float64Array): void {
    const { nodeCount, node: nodeLayout } = this.#layout
    const position = row[this.#column.node]!
    const node = Math.floor(position / nodeLayout.width)
    if (node >= nodeCount || node * nodeLayout.width !== position) {
      throw broken(this.#cursor.position, `a location belongs to ${position}, where no node begins`)
    }
    const script = row[this.#column.script]!
    const line = row[this.#column.line]!
    const column = row[this.#column.column]!
    if (script >= unknown || line >= unknown || column >= unknown) return
    if (this.#length === this.#rows.length) this.#grow()
    const rows = this.#rows
    rows[this.#length++] = node
    rows[this.#length++] = script
    rows[this.#length++] = line
    rows[this.#length++] = column
  }

  #grow(): void {
    const longer = new Uint32Array(2 * this.#rows.length)
    longer.set(this.#rows)
    this.#rows = longer
  }

  /** By node; the last of several locations of a node wins. */
  sorted(): Locations {
    const rows = this.#rows
    const end = this.#length
    // By node: the end of its row; 0 for none.
    const endOf = new Uint32Array(this.#layout.nodeCount)
    let length = 0
    for (let row = 0; row < end; row += 4) {
      if (endOf[rows[row]!] === 0) length++
      endOf[rows[row]!] = row + 4
    }
    const node = new Uint32Array(length)
    const script = new Uint32Array(length)
    const line = new Uint32Array(length)
    const column = new Uint32Array(length)
    for (let at = 0, to = 0; to < length; at++) {
      const row = endOf[at]!
      if (row === 0) continue
      node[to] = at
      script[to] = rows[row - 3]!
      line[to] = rows[row - 2]!
      column[to++] = rows[row - 1]!
    }
    return { node, script, line, column }
  }
}
