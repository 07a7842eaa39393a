import { edgeTypeNumber, edgeTypes, type Numbers } from '../graph/heap-graph.js'
import { broken, type Cursor } from './cursor.js'
import type { Layout } from './header.js'
import { readRows } from './numbers.js'

/**
 * The section that leakscope adds to V8's format: which objects hold which numbers. DevTools and other readers skip it.
 */
export const numberSection = 'leakscope_numbers'
/** Node, edge type, edge name, and the two 32-bit halves of the double, the lower first. */
const numberWidth = 5

/** At most this many are written: DevTools keeps what it skips in memory. */
export const maxNumbers: number = 2 ** 22

/** The content of the section. */
export interface HeldNumbers {
  readonly columns: Numbers
  /** The greatest name that is a string index; checked against the number of strings at the end of the file. */
  readonly greatestName: number
}

/** Reads the section. Memory grows with what is read. */
export async function readNumbers(cursor: Cursor, layout: Layout): Promise<HeldNumbers> {
  const rows: number[] = []
  let before = 0
  let greatestName = 0
  const element = edgeTypeNumber('element')
  const fail = (reason: string) => broken(cursor.position, `a held number ${reason}`)
  await readRows(cursor, numberSection, numberWidth, {
    take(row) {
      const [node, type, name, low, high] = row as unknown as [number, number, number, number, number]
      if (node >= layout.nodeCount || node < before)
        throw fail(`belongs to node ${node} but follows one of node ${before}`)
      if (type >= edgeTypes.length) throw fail(`has an edge of type ${type}`)
      if (name >= 2 ** 32 || low >= 2 ** 32 || high >= 2 ** 32) throw fail('is longer than eight bytes')
      if (rows.length === numberWidth * maxNumbers) throw fail(`is one too many: at most ${maxNumbers} are allowed`)
      before = node
      if (type !== element && name > greatestName) greatestName = name
      rows.push(node, type, name, low, high)
    },
  })
  const count = rows.length / numberWidth
  const columns = {
    node: new Uint32Array(count),
    type: new Uint8Array(count),
    name: new Uint32Array(count),
    value: new Float64Array(count),
  }
  const halves = new DataView(columns.value.buffer)
  for (let at = 0, from = 0; at < count; at++, from += numberWidth) {
    columns.node[at] = rows[from]!
    columns.type[at] = rows[from + 1]!
    columns.name[at] = rows[from + 2]!
    halves.setUint32(8 * at, rows[from + 3]!, true)
    halves.setUint32(8 * at + 4, rows[from + 4]!, true)
  }
  return { columns, greatestName }
}
