import { LeakscopeError } from '../errors.js'
import { dominated } from '../graph/dominated.js'
import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { nodeTypeMask } from '../graph/node-type-mask.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import type { Heap } from '../heap/heap.js'
import { placeOf, placeText } from '../heap/places.js'
import { isBetween } from '../heap/v8/machinery.js'
import { heldBy } from '../paths/held-by.js'
import { nodejsOwn } from '../paths/nodejs-own.js'
import { why } from '../paths/why.js'
import { standard } from '../report/columns.js'
import type { Report, Table } from '../report/report.js'
import { counted, inTenths, sized } from '../units.js'
import { type HeapAnalysis, heapAnalysis, type Option } from './ask/analysis.js'
import { cutNote, limit } from './ask/options.js'

/** A place in one heap where memory accumulates. */
export interface Accumulation {
  /** The object that retains it; for objects without a common retainer, the largest of them. */
  readonly node: NodeIndex
  /** Bytes that would be freed with it (or with all of them). */
  readonly retained: number
  /** Its parts, most bytes first: the objects of one type directly below. */
  readonly parts: readonly Part[]
  /** Set if the memory has no single retainer: the objects of one type that retain it together. */
  readonly together?: Part
}

export interface Part {
  readonly type: string
  readonly count: number
  readonly retained: number
}

/**
 * Where memory accumulates in one heap: the lowest objects in the dominator tree that retain a large part of the heap,
 * before it scatters into many small ones (Eclipse MAT's accumulation points), and groups of objects of one type that
 * retain as much together without a common retainer. What belongs only to Node.js or V8 is left out. Largest first.
 *
 * `share` is the minimum part of the heap, between 0 and 1. Costs the dominators, and a pass over the nodes.
 */
export function accumulations(graph: HeapGraph, share = 0.05): Accumulation[] {
  const sizes = retainedSizes(graph)
  const least = Math.max(1, share * sizes[graph.root]!)
  const own = nodejsOwn(graph)
  const found: Accumulation[] = []
  const stack: NodeIndex[] = [graph.root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { large, scattered } = below(graph, node, least)
    const explained = large.reduce((sum, child) => sum + sizes[child]!, 0)
    if (node !== graph.root && suspectable[graph.nodeType[node]!] === 1 && own[node] === 0) {
      const links = explained < sizes[node]! / 2 ? [] : chainFrom(graph, node, least)
      if (explained < sizes[node]! / 2 || links.length > 0) {
        found.push({
          node,
          retained: sizes[node]!,
          parts: parts(graph, links.length > 0 ? links : [...scattered, ...large]),
        })
        continue
      }
    }
    stack.push(...large)
    const candidates = scattered.filter(child => own[child] === 0 && suspectable[graph.nodeType[child]!] === 1)
    for (const part of groups(graph, candidates)) {
      if (part.retained >= least) found.push({ node: part.node, retained: part.retained, parts: [], together: part })
    }
  }
  return found.sort((a, b) => b.retained - a.retained || a.node - b.node)
}

/**
 * The cells of a linked list below a node. Each retains the rest, so none of them is an accumulation point. Recognised
 * by a type that repeats on the way down; empty if there is no such list.
 */
function chainFrom(graph: HeapGraph, node: NodeIndex, least: number): NodeIndex[] {
  const type = typeOf(graph, node)
  const links: NodeIndex[] = [node]
  let at = node
  for (let step = 0; step < FIRST_LOOK || links.length > FEWEST_LINKS; step++) {
    const next = below(graph, at, least / 2).large
    // Two large branches make a tree, whose branches are examined one by one.
    if (next.length !== 1) break
    at = next[0]!
    if (typeOf(graph, at) === type) links.push(at)
  }
  return links.length > FEWEST_LINKS ? links : []
}

// Enough steps to recognise a list, even with other objects (a closure, its scope) between its cells.
const FIRST_LOOK = 64
const FEWEST_LINKS = 12

/** What a node dominates directly, skipping V8's tables: nodes that retain at least `least`, and the rest. */
function below(graph: HeapGraph, node: NodeIndex, least: number): { large: NodeIndex[]; scattered: NodeIndex[] } {
  const { first, node: dominatedNode } = dominated(graph)
  const sizes = retainedSizes(graph)
  const large: NodeIndex[] = []
  const scattered: NodeIndex[] = []
  const tables = [node]
  for (let table = tables.pop(); table !== undefined; table = tables.pop()) {
    for (let place = first[table]!; place < first[table + 1]!; place++) {
      const child = dominatedNode[place]!
      const isLeaf = first[child] === first[child + 1]
      // A table of numbers is part of its array.
      if (isBetween(graph, child) && !isLeaf) tables.push(child)
      else if (isLeaf && suspectable[graph.nodeType[child]!] === 0) continue
      else if (sizes[child]! >= least) large.push(child)
      else scattered.push(child)
    }
  }
  return { large, scattered }
}

/** Node types that people can find in their program: no groups of roots, no hidden classes, no code. */
const suspectable = nodeTypeMask(
  'object',
  'closure',
  'string',
  'concatenated string',
  'sliced string',
  'bigint',
  'native',
)

interface Grouped extends Part {
  readonly node: NodeIndex
}

function groups(graph: HeapGraph, nodes: readonly NodeIndex[]): Grouped[] {
  const sizes = retainedSizes(graph)
  const byType = new Map<string, { type: string; count: number; retained: number; node: NodeIndex }>()
  for (const node of nodes) {
    const type = typeOf(graph, node)
    const group = byType.get(type)
    if (group === undefined) byType.set(type, { type, count: 1, retained: sizes[node]!, node })
    else {
      group.count++
      group.retained += sizes[node]!
      if (sizes[node]! > sizes[group.node]!) group.node = node
    }
  }
  return [...byType.values()].sort((a, b) => b.retained - a.retained || (a.type < b.type ? -1 : 1))
}

const parts = (graph: HeapGraph, nodes: readonly NodeIndex[]): Part[] =>
  groups(graph, nodes)
    .slice(0, 3)
    .map(({ type, count, retained }) => ({ type, count, retained }))

/** The retained size of the root, including weakly referenced objects: 100 % for shares. */
const total = (graph: HeapGraph): number => retainedSizes(graph)[graph.root]!

/** One accumulation in a sentence: what is large, its size, and its parts. */
export function accumulationSentence(heap: Heap, { node, retained, parts, together }: Accumulation): string {
  const { graph } = heap
  const share = `${sized(retained)}, ${inTenths((100 * retained) / total(graph))} % of the heap`
  if (together !== undefined) {
    const most = heldBy(heap, node)
    return `${counted(together.count)} ${together.type} retain ${share}, together and without a common retainer; the largest is ${most || `@${graph.nodeId[node]}`}`
  }
  const name = heldBy(heap, node) || describe(heap, node) || `@${graph.nodeId[node]}`
  const type = typeOf(graph, node)
  const what = name.startsWith(type) ? name : `${type} ${name}`
  const alone = shallowSizes(graph)[node]! >= retained / 2
  if (alone) return `${what} takes ${share}, by itself`
  const [first] = parts
  const of =
    first === undefined || first.count < 2
      ? ''
      : `: ${counted(first.count)} ${first.type} of ${sized(first.retained / first.count)} on average`
  return `${what} retains ${share}${of}`
}

const options = {
  limit: limit('how many places', 5),
  min: {
    flags: '--min <percent>',
    summary: 'the minimum share of the heap that a place retains',
    default: 5,
    parse: percent,
  } satisfies Option<number> as Option<number>,
}

function percent(text: string): number {
  const value = Number(text.replace(/\s*%$/, ''))
  if (text.trim() !== '' && value >= 0 && value <= 100) return value
  throw new LeakscopeError('USAGE', `--min takes a percentage, not ${JSON.stringify(text)}`, {
    hint: 'For example: --min 5.',
  })
}

/** `leakscope suspects`: where memory accumulates in one heap, in sentences. */
export const suspectsAnalysis: HeapAnalysis = heapAnalysis({
  name: 'suspects',
  summary: 'Where memory accumulates in one heap: what is large, what retains it, where in the source',
  heaps: 1,
  options,
  run(heap, { limit, min }) {
    const all = accumulations(heap.graph, min / 100)
    const shown = all.slice(0, limit)
    const sentences = shown.map(one => accumulationSentence(heap, one))
    return {
      title: 'Suspects',
      headline: sentences[0] ?? `Nothing stands out: no object of the program retains ${min} % of the heap`,
      sections:
        shown.length === 0 ? [] : [accumulationTable(heap, shown), ...shown.flatMap(({ node }) => why(heap, node, 1))],
      notes: [
        ...cutNote(shown.length, all.length, 'places'),
        'One heap shows what is large, not what grows: `leakscope check <pid>` or `leakscope leaks` over several heaps does.',
      ],
    } satisfies Report
  },
})

/** Accumulations as a table. `retained` in bytes, `percent` of the heap, `count` objects of the type `of` that they consist of. */
export function accumulationTable(heap: Heap, shown: readonly Accumulation[]): Table {
  const { graph } = heap
  return {
    shape: 'table',
    title: 'Where memory accumulates',
    columns: [
      standard.retained,
      standard.share,
      standard.id,
      standard.type,
      { key: 'count', title: 'Objects', unit: 'count' },
      { key: 'of', title: 'Of', unit: 'text' },
      { key: 'retainedBy', title: 'Retained by', unit: 'text' },
      { key: 'place', title: 'Place', unit: 'text', optional: true },
    ],
    rows: shown.map(({ node, retained, parts, together }) => {
      const part = together ?? parts[0]
      const place = placeOf(heap, node)
      return {
        retained,
        percent: (100 * retained) / total(graph),
        id: graph.nodeId[node]!,
        type: typeOf(graph, node),
        count: part?.count ?? null,
        of: part?.type ?? null,
        retainedBy: heldBy(heap, node),
        place: place === undefined ? null : placeText(place),
      }
    }),
  }
}
