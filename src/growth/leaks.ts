import type { Heap, HeapSeries, Origin } from '../heap/heap.js'
import { oneByOne } from '../heap/one-by-one.js'
import { close, type Ledger, ledger, type OpenLedger } from './ledger.js'
import { type Lineage, lineage } from './lineage.js'
import { Routes } from './routes.js'
import { accuse } from './suspects/accuse.js'
import { chargesOf } from './suspects/charges.js'
import type { Suspect } from './suspects/suspect.js'
import { risingUnretained, type Unretained, unretainedByType } from './unretained.js'

/** What a series of heaps says about what keeps growing. */
export interface Leaks {
  readonly heaps: number
  /** Largest gain first. */
  readonly suspects: readonly Suspect[]
  /** What grew less and less, as a cache does that fills. */
  readonly levelling: readonly Suspect[]
  /** What gained no more than what comes and goes may by chance, where no ids tell who stayed. */
  readonly uncertain: readonly Suspect[]
  /** What grew and is retained by nothing in the files, so that no suspect can be named for it. */
  readonly unretained: readonly Unretained[]
  readonly notes: readonly string[]
}

interface Booked {
  readonly heap: Heap
  readonly book: OpenLedger
  readonly routeOf: Uint32Array
}

/**
 * What keeps growing over two heaps or more of one program, oldest first, with `rounds` of work between each two. Of all heaps but
 * the last only a summary is kept, 24 bytes an object. Costs the dominators of each heap.
 */
export async function leaks(heaps: HeapSeries, rounds = 1): Promise<Leaks> {
  const earlier: Ledger[] = []
  const origins: Origin[] = []
  const routes = new Routes()
  const unretained: ReadonlyMap<string, number>[] = []
  const last: { whole?: Booked } = {}
  await oneByOne(heaps, (heap, mayBeLast) => {
    if (last.whole !== undefined) earlier.push(close(last.whole.book))
    // Let go before the next heap's facts are made.
    delete last.whole
    const book = ledger(heap.graph)
    const routeOf = routes.add(heap.graph)
    if (mayBeLast) last.whole = { heap, book, routeOf }
    else earlier.push(close(book))
    origins.push(heap.origin)
    unretained.push(unretainedByType(heap.graph))
  })
  if (last.whole === undefined || earlier.length === 0)
    return { heaps: origins.length, suspects: [], levelling: [], uncertain: [], unretained: [], notes: [] }

  const { heap, book, routeOf } = last.whole
  const byId = lineage(earlier, book, 'id')
  const distrust = whyNotById(origins, byId)
  const line = distrust === undefined ? byId : lineage(earlier, book, 'heldId')
  const by = distrust === undefined ? 'identity' : 'path'
  const found = accuse(chargesOf(heap, { book, line, routeOf }, routes, by), rounds)
  const rising = found.filter(({ evidence }) => !evidence.levelling)
  return {
    heaps: line.heaps,
    suspects: rising.filter(({ evidence }) => !evidence.withinChance).map(ranked),
    levelling: found.filter(({ evidence }) => evidence.levelling),
    uncertain: rising.filter(({ evidence }) => evidence.withinChance),
    unretained: risingUnretained(unretained),
    notes: distrust === undefined ? [] : [`${distrust}: objects are told by how they are held.`],
  }
}

const ranked = (suspect: Suspect, at: number): Suspect => ({ ...suspect, rank: at + 1 })

/** With ids handed out anew, nearly every second one names something of another type: 1 in 1,000 is no accident of V8's either. */
const mostMistaken = 0.001
const fewestSurviving = 0.25

/**
 * Object ids are believed within one named session. Where the files say nothing of sessions, the ids themselves must: those two
 * heaps have in common must name things of the same type and name.
 */
function whyNotById(origins: readonly Origin[], { mistaken, surviving }: Lineage): string | undefined {
  const sessions = new Set(origins.map(({ session }) => session))
  const known = [...sessions].filter(session => session !== null)
  if (known.length > 1) return 'The heaps are of different sessions, so their object ids cannot be compared'
  if (mistaken > mostMistaken) return 'Object ids were handed out anew between the heaps'
  if (sessions.has(null) && surviving < fewestSurviving) return 'The heaps seem to be of different processes'
  return undefined
}
