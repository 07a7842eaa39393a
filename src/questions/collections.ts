import type { NodeIndex } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { typeOf } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { type Store, storeOf } from '../heap/v8/stores.js'
import { heldBy } from '../paths/held-by.js'
import { nodejsOwn } from '../paths/nodejs-own.js'
import { standard } from '../report/columns.js'
import type { Table } from '../report/report.js'
import { counted, sized } from '../units.js'
import { flag, type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { choice, count, cutNote, limit, pattern } from './ask/options.js'
import { all, programFirst } from './ask/program-first.js'

/** A Map, Set, weak collection, array or object used as a dictionary: its fill and its retained size. */
export interface Collection extends Store {
  readonly node: NodeIndex
  readonly type: string
  /** Percent of its capacity in use; `undefined` if it contains numbers that leave no trace. */
  readonly fill: number | undefined
  /** Unused bytes of its table; 0 if unknown. */
  readonly unused: number
  /** Bytes that would be freed with it. */
  readonly retained: number
}

const orders = ['retained', 'entries', 'capacity', 'unused'] as const
type Order = (typeof orders)[number]

/**
 * Every collection of a heap, by default largest retained size first: `collections(heap).filter(({ kind }) => kind ===
 * 'map')`. Entries that are small integers leave no trace in V8's heaps, so `entries` counts the visible ones. Costs
 * the dominators.
 */
export function collections(heap: Heap, order: Order = 'retained'): Collection[] {
  const { graph } = heap
  const sizes = retainedSizes(graph)
  const found: Collection[] = []
  for (let node = 0; node < graph.nodeCount; node++) {
    const store = storeOf(graph, node)
    if (store === undefined) continue
    const isUnknown = store.entries === 0 && store.capacity > smallest(store)
    const unused = isUnknown ? 0 : Math.max(0, store.capacity - store.entries) * store.each
    // There may be millions: spelled out, since a spread costs several times as much.
    found.push({
      kind: store.kind,
      entries: store.entries,
      capacity: store.capacity,
      bytes: store.bytes,
      each: store.each,
      node,
      type: typeOf(graph, node),
      fill: isUnknown || store.capacity === 0 ? undefined : (100 * store.entries) / store.capacity,
      unused,
      retained: sizes[node]!,
    })
  }
  return found.sort((a, b) => b[order] - a[order] || b.retained - a.retained || a.node - b.node)
}

/** The initial capacity of a collection. A larger one without visible entries contains numbers or holes. */
const smallest = ({ kind }: Store): number => (kind === 'array' ? 0 : kind === 'weak' ? 16 : 4)

/** The number of collections of one kind, and the size of their tables. */
export interface CollectionKind {
  readonly kind: Store['kind']
  readonly count: number
  readonly empty: number
  readonly entries: number
  /** Bytes of their tables, of which `unused` have no entry. */
  readonly tables: number
  readonly unused: number
}

/** The collections of a heap by kind, largest tables first. */
export function collectionKinds(all: readonly Collection[]): CollectionKind[] {
  const kinds = new Map<Store['kind'], { -readonly [K in keyof CollectionKind]: CollectionKind[K] }>()
  for (const { kind, entries, bytes, unused, fill, capacity } of all) {
    let sum = kinds.get(kind)
    if (sum === undefined) {
      sum = { kind, count: 0, empty: 0, entries: 0, tables: 0, unused: 0 }
      kinds.set(kind, sum)
    }
    sum.count++
    if (entries === 0 && (fill !== undefined || capacity === 0)) sum.empty++
    sum.entries += entries
    sum.tables += bytes
    sum.unused += unused
  }
  return [...kinds.values()].sort((a, b) => b.tables - a.tables)
}

const options = {
  sort: choice('--sort', 'the order', orders, 'retained'),
  limit: limit('how many collections', 10),
  kind: choice('--kind', 'only those of a kind', ['any', 'map', 'set', 'weak', 'array', 'dictionary'], 'any'),
  filter: pattern('--filter', 'only those whose type matches'),
  minEntries: count('--min-entries', 'only those with at least n entries', 0),
  empty: flag('--empty', 'only empty ones'),
  all,
}

/** `leakscope collections`: fill and retained size of collections, and what retains them. */
export const collectionsAnalysis: HeapAnalysis = heapAnalysis({
  name: 'collections',
  summary: 'Maps, Sets, arrays and dictionaries: entries, fill, what they retain, what retains them',
  heaps: 1,
  options,
  run(heap, { sort, limit, kind, filter, minEntries, empty, all }) {
    const isWanted = (one: Collection): boolean =>
      (kind === 'any' || one.kind === kind) &&
      one.entries >= minEntries &&
      (!empty || (one.entries === 0 && one.fill !== undefined)) &&
      (filter === undefined || filter(one.type))
    const own = nodejsOwn(heap.graph)
    const isNodejs = ({ node }: Collection): boolean => own[node] === 1
    const ranked = programFirst(
      collections(heap, sort).filter(isWanted),
      isNodejs,
      'collections that only Node.js itself holds',
      all,
    )
    const wanted = ranked.rows
    const shown = wanted.slice(0, limit)
    const [first] = shown
    // Collections that share their entries retain little each: also shows those with most entries.
    const fullest = sort === 'retained' ? most(wanted, limit, all ? () => false : isNodejs) : []
    return {
      title: 'Collections',
      ...(first === undefined ? {} : { headline: headline(heap, first, sort) }),
      sections: [
        collectionTable(heap, 'Collections', shown),
        ...(fullest.length > 0 ? [collectionTable(heap, 'Most entries', fullest)] : []),
        kindTable(wanted),
      ],
      notes: [
        ...cutNote(shown.length, wanted.length, 'collections'),
        ...ranked.notes,
        ...(wanted.some(({ fill, capacity }) => fill === undefined && capacity > 0)
          ? [
              'Small integers leave no trace in a heap: if entries is 0 and fill is –, there may be any number up to capacity.',
            ]
          : []),
      ],
    }
  },
})

/** Those with the most entries, the program's own if there are any. */
function most(
  among: readonly Collection[],
  limit: number,
  isNodejs: (collection: Collection) => boolean,
): readonly Collection[] {
  const program = among.filter(collection => !isNodejs(collection))
  const all = program.length === 0 ? among : program
  const least = all.map(({ entries }) => entries).sort((a, b) => b - a)[Math.min(limit, all.length) - 1] ?? 0
  return all
    .filter(({ entries }) => entries >= least)
    .sort((a, b) => b.entries - a.entries)
    .slice(0, limit)
}

function headline(heap: Heap, { node, type, entries, retained, unused }: Collection, sort: Order): string {
  const holder = heldBy(heap, node)
  const what = `${type} ${holder || `@${heap.graph.nodeId[node]}`}`
  if (sort === 'unused') return `${what} has ${sized(unused)} of unused capacity`
  return `${what} has ${counted(entries)} ${entries === 1 ? 'entry' : 'entries'} and retains ${sized(retained)}`
}

function collectionTable(heap: Heap, title: string, all: readonly Collection[]): Table {
  return {
    shape: 'table',
    title,
    columns: [
      standard.id,
      standard.type,
      { key: 'entries', title: 'Entries', unit: 'count' },
      { key: 'capacity', title: 'Capacity', unit: 'count' },
      { key: 'fill', title: 'Fill', unit: 'percent' },
      { key: 'unused', title: 'Unused', unit: 'bytes' },
      standard.retained,
      standard.heldBy,
    ],
    rows: all.map(({ node, type, entries, capacity, fill, unused, retained }) => ({
      id: heap.graph.nodeId[node]!,
      type,
      entries,
      capacity,
      fill: fill ?? null,
      unused,
      retained,
      heldBy: heldBy(heap, node),
    })),
  }
}

function kindTable(all: readonly Collection[]): Table {
  return {
    shape: 'table',
    title: 'By kind',
    columns: [
      { key: 'kind', title: 'Kind', unit: 'text' },
      standard.count,
      { key: 'empty', title: 'Empty', unit: 'count' },
      { key: 'entries', title: 'Entries', unit: 'count' },
      { key: 'tables', title: 'Tables', unit: 'bytes' },
      { key: 'unused', title: 'Unused', unit: 'bytes' },
    ],
    rows: collectionKinds(all).map(kind => ({ ...kind })),
  }
}
