import type { Heap } from '../heap.js'
import { accuse } from './accuse.js'
import { growths } from './growth.js'
import { close, type Ledger, ledger, type OpenLedger } from './ledger.js'
import { lineage } from './lineage.js'
import { Routes } from './routes.js'
import type { Suspect } from './suspect.js'

/** What a series of heaps says about what keeps growing. */
export interface Leaks {
  readonly heaps: number
  /** Largest gain first. */
  readonly suspects: readonly Suspect[]
  /** What grew less and less, as a cache does that fills. */
  readonly levelling: readonly Suspect[]
  readonly notes: readonly string[]
}

/** A gain below this is not told: fewer than so many objects in some interval, unless they are this many bytes. */
const fewest = 3
const smallest = 10 * 1024

/**
 * What keeps growing over two heaps or more of one process, oldest first, `rounds` of work lying between two of them. Of all heaps
 * but the last only a summary is kept. Costs dominators of each heap.
 */
export async function leaks(heaps: AsyncIterable<Heap>, { rounds = 1 }: { rounds?: number } = {}): Promise<Leaks> {
  const earlier: Ledger[] = []
  const routes = new Routes()
  let last: { heap: Heap; book: OpenLedger; routeOf: Uint32Array } | undefined
  for await (const heap of heaps) {
    if (last !== undefined) earlier.push(close(last.book))
    last = undefined
    last = { heap, book: ledger(heap.graph), routeOf: routes.add(heap.graph) }
  }
  if (last === undefined || earlier.length === 0)
    return { heaps: last === undefined ? 0 : 1, suspects: [], levelling: [], notes: [] }

  const line = lineage(earlier, last.book)
  const compared = { book: last.book, line, routeOf: last.routeOf }
  const found = growths(last.heap.graph, compared).filter(
    ({ leaked, bornBytes }) => Math.min(...leaked.born) >= fewest || Math.min(...bornBytes) >= smallest,
  )
  const suspects = accuse(last.heap, compared, found, rounds)
  return {
    heaps: line.heaps,
    suspects: suspects.filter(({ evidence }) => !evidence.levelling),
    levelling: suspects.filter(({ evidence }) => evidence.levelling),
    notes: [],
  }
}
