import { eachEdgeTo } from '../graph/edges-to.js'
import { type HeapGraph, type HeapNodes, type NodeIndex, nodeTypeNumber, nodeTypeOf } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { edgeNotation, referenceNotation } from '../heap/edge-notation.js'
import { type Group, grouped } from '../heap/groups.js'
import type { Heap } from '../heap/heap.js'
import { eachReferrer } from '../heap/references.js'
import { inside } from '../heap/v8/edges.js'
import { isMachinery } from '../heap/v8/machinery.js'
import { quoted } from '../heap/v8/text.js'
import { nodejsOwn } from '../paths/nodejs-own.js'
import { standard } from '../report/columns.js'
import type { Report, Table } from '../report/report.js'
import { counted, sized } from '../units.js'
import { flag, type HeapAnalysis, heapAnalysis, type Values } from './ask/analysis.js'
import { count, cutNote, limit, pattern } from './ask/options.js'
import { all, programFirst } from './ask/program-first.js'

/** Strings with the same text. */
export interface DuplicateString extends Group {
  /**
   * V8 cuts it after 1,024 characters; longer strings count as equal if they start the same and have the same length.
   */
  readonly text: string
  readonly nodes: NodeIndex[]
  readonly bytes: number
  /** Bytes that would be saved with a single copy. */
  readonly wasted: number
}

/** V8 cuts texts at this length, so two texts of this length may differ. */
const cutAt = 1024

/** Strings of which a heap has several copies, those that waste most first. Reads only the nodes. */
export function duplicateStrings({ graph }: Heap<HeapNodes>): DuplicateString[] {
  const { nodeCount, nodeType, nodeName, selfSize, strings } = graph
  const string = nodeTypeNumber('string')
  const count = new Uint32Array(strings.length)
  for (let node = 0; node < nodeCount; node++) if (nodeType[node] === string) count[nodeName[node]!]!++

  const groups = new Map<number | string, { name: number; nodes: NodeIndex[] }>()
  for (let node = 0; node < nodeCount; node++) {
    const name = nodeName[node]!
    if (nodeType[node] !== string || count[name]! < 2) continue
    const key = selfSize[node]! > cutAt ? `${name} ${selfSize[node]}` : name
    const group = groups.get(key) ?? { name, nodes: [] }
    group.nodes.push(node)
    groups.set(key, group)
  }
  const found: DuplicateString[] = []
  for (const { name, nodes } of groups.values()) {
    const bytes = nodes.reduce((sum, node) => sum + selfSize[node]!, 0)
    const most = nodes.reduce((most, node) => Math.max(most, selfSize[node]!), 0)
    if (nodes.length > 1 && bytes > most) found.push({ text: strings.at(name), nodes, bytes, wasted: bytes - most })
  }
  return found.sort((a, b) => b.wasted - a.wasted || b.nodes.length - a.nodes.length)
}

/** The strings with at least that shallow size, the largest first. Reads only the nodes. */
export function longStrings({ graph }: Heap<HeapNodes>, least: number): NodeIndex[] {
  const found: NodeIndex[] = []
  for (let node = 0; node < graph.nodeCount; node++) {
    if (nodeTypeOf(graph, node) === 'string' && graph.selfSize[node]! >= least) found.push(node)
  }
  return found.sort((a, b) => graph.selfSize[b]! - graph.selfSize[a]! || a - b)
}

/** The minimum size of a text that is worth reporting, in bytes. */
const large = 256

/** Slices with the same kind of retainer, and the texts they were cut from. */
export interface Slices extends Group {
  /** Their retainer: `Grant.token`. */
  readonly heldBy: string
  readonly nodes: NodeIndex[]
  /** The texts that only slices retain, and their bytes: copying the slices would free them. */
  readonly parents: ReadonlySet<NodeIndex>
  readonly bytes: number
}

/** Slices that keep the whole text they were cut from, by retainer, those that keep most first. */
export function slices({ graph }: Heap): Slices[] {
  const groups = grouped<Group & { readonly heldBy: string; readonly parents: Set<NodeIndex> }>()
  for (let node = 0; node < graph.nodeCount; node++) {
    if (nodeTypeOf(graph, node) !== 'sliced string') continue
    const parent = inside(graph, node, 'parent')
    if (parent === undefined || graph.selfSize[parent]! < large || !isKeptBySlices(graph, parent)) continue
    const heldBy = holdersOf(graph, [node])[0]?.holder ?? ''
    groups.add(heldBy, node, () => ({ heldBy, nodes: [], parents: new Set() })).parents.add(parent)
  }
  return groups.all
    .map(group => ({ ...group, bytes: [...group.parents].reduce((sum, parent) => sum + graph.selfSize[parent]!, 0) }))
    .sort((a, b) => b.bytes - a.bytes)
}

function isKeptBySlices(graph: HeapGraph, parent: NodeIndex): boolean {
  let [bySlices, byOthers] = [false, false]
  eachEdgeTo(graph, parent, (_edge, from, retains) => {
    if (!retains) return
    if (nodeTypeOf(graph, from) === 'sliced string') bySlices = true
    else byOthers = true
  })
  return bySlices && !byOthers
}

/** The number of strings per group whose retainers are counted. */
const sample = 1000

/** The retainers of strings, in words: `Session.user`, `Array[…]`, `Map key`; the most frequent first. */
export function holdersOf(
  graph: HeapGraph,
  nodes: readonly NodeIndex[],
): { readonly holder: string; readonly count: number }[] {
  const holders = new Map<string, number>()
  for (const node of nodes.slice(0, sample)) {
    eachReferrer(graph, node, (other, first, last, via) => {
      // V8's string table keeps none of them alive.
      if (nodeTypeOf(graph, other) === 'synthetic') return
      const type = isMachinery(graph, other) ? "V8's tables" : typeOf(graph, other)
      const how =
        first === last
          ? edgeNotation(graph, last)
          : referenceNotation(graph, first, last, via).replace(/^\[".*"\]$/s, '[…]')
      const holder = type === "V8's tables" ? type : `${type}${how.replaceAll(/\[\d+\]|\{\d+\}/g, '[…]')}`
      holders.set(holder, (holders.get(holder) ?? 0) + 1)
    })
  }
  return [...holders].map(([holder, count]) => ({ holder, count })).sort((a, b) => b.count - a.count)
}

const options = {
  limit: limit('how many strings', 10),
  filter: pattern('--filter', 'only strings whose text matches'),
  minLength: count('--min-length', 'only strings of at least n characters (as far as the heap has them)', 0),
  stringLimit: count('--string-limit', 'characters shown of each text; a heap read from memory has all', 60),
  quick: flag('--quick', 'from the nodes alone, without retainers and slices'),
  all,
}

/** `leakscope strings`: duplicate strings and what they cost, long ones, slices that keep a large text. */
export const stringsAnalysis: HeapAnalysis = heapAnalysis({
  name: 'strings',
  summary: 'Duplicate strings and what they cost, long strings, slices that keep a whole text',
  heaps: 1,
  unweighed: true,
  options,
  run(heap, values) {
    if (values.quick) return report(heap, undefined, values)
    return report(heap, heap, values)
  },
  fromNodes: values => (values.quick ? heap => report(heap, undefined, values) : undefined),
})

function report(
  nodes: Heap<HeapNodes>,
  whole: Heap | undefined,
  { limit, filter, minLength, stringLimit, all }: Values<typeof options>,
): Report {
  const isWanted = (text: string): boolean => text.length >= minLength && (filter === undefined || filter(text))
  // Retainers need edges.
  const own = whole === undefined || all ? undefined : nodejsOwn(whole.graph)
  const isNodejs = (node: NodeIndex): boolean => own?.[node] === 1
  const { rows: duplicates, notes: ofDuplicates } = programFirst(
    duplicateStrings(nodes).filter(({ text }) => isWanted(text)),
    one => one.nodes.slice(0, sample).filter(node => !isNodejs(node)).length < 2,
    'duplicate strings of which only Node.js and V8 retain several',
    own === undefined,
  )
  const { rows: long, notes: ofLong } = programFirst(
    longStrings(nodes, 1024).filter(node => isWanted(nameOf(nodes, node))),
    isNodejs,
    'strings of 1 KB and more that only Node.js and V8 retain',
    own === undefined,
  )
  const cut = whole === undefined ? [] : slices(whole)
  const wasted = duplicates.reduce((sum, one) => sum + one.wasted, 0)
  const copies = duplicates.reduce((sum, one) => sum + one.nodes.length - 1, 0)
  const [slice] = cut
  const [most] = duplicates
  return {
    title: 'Strings',
    headline:
      slice !== undefined && slice.bytes > wasted
        ? `${counted(slice.nodes.length)} slices ${slice.heldBy === '' ? '' : `at ${slice.heldBy} `}keep ${sized(slice.bytes)} of the texts they were cut from`
        : `${counted(copies)} strings are copies of others: ${sized(wasted)}${most === undefined ? '' : `, ${sized(most.wasted)} of it by ${counted(most.nodes.length)} × ${quoted(most.text)}`}`,
    sections: [
      duplicateTable(duplicates.slice(0, limit), stringLimit, whole),
      longTable(nodes, long.slice(0, limit), stringLimit),
      ...(cut.length === 0 ? [] : [sliceTable(nodes, cut.slice(0, limit))]),
    ],
    notes: [
      ...cutNote(Math.min(limit, duplicates.length), duplicates.length, 'duplicate strings'),
      ...cutNote(Math.min(limit, long.length), long.length, 'strings of 1 KB and more'),
      ...cutNote(Math.min(limit, cut.length), cut.length, 'retainers of slices'),
      ...ofDuplicates,
      ...ofLong,
      ...(cut.length > 0
        ? ['Copying a slice, for example with Buffer.from(slice).toString(), releases its text.']
        : []),
    ],
  }
}

const nameOf = ({ graph }: Heap<HeapNodes>, node: NodeIndex): string => graph.strings.at(graph.nodeName[node]!)

function duplicateTable(all: readonly DuplicateString[], stringLimit: number, whole: Heap | undefined): Table {
  return {
    shape: 'table',
    title: 'Duplicate strings',
    columns: [
      standard.count,
      { key: 'wasted', title: 'Wasted', unit: 'bytes' },
      { key: 'bytes', title: 'Each', unit: 'bytes' },
      { key: 'text', title: 'Text', unit: 'text' },
      ...(whole === undefined ? [] : [standard.heldBy]),
    ],
    rows: all.map(({ nodes, wasted, bytes, text }) => ({
      count: nodes.length,
      wasted,
      bytes: Math.round(bytes / nodes.length),
      text: quoted(text, stringLimit),
      ...(whole === undefined ? {} : { heldBy: holderText(whole, nodes) }),
    })),
  }
}

/** `98 % Session.user, Map[…]`. */
function holderText({ graph }: Heap, nodes: readonly NodeIndex[]): string {
  const holders = holdersOf(graph, nodes)
  const total = holders.reduce((sum, { count }) => sum + count, 0)
  return holders
    .slice(0, 2)
    .map(({ holder, count }) => `${holder} ${Math.round((100 * count) / total)} %`)
    .join(', ')
}

function longTable(heap: Heap<HeapNodes>, all: readonly NodeIndex[], stringLimit: number): Table {
  return {
    shape: 'table',
    title: 'Long strings',
    columns: [
      standard.id,
      { key: 'bytes', title: 'Size', unit: 'bytes' },
      { key: 'text', title: 'Begins', unit: 'text' },
    ],
    rows: all.map(node => ({
      id: heap.graph.nodeId[node]!,
      bytes: heap.graph.selfSize[node]!,
      text: quoted(nameOf(heap, node), stringLimit),
    })),
  }
}

function sliceTable({ graph }: Heap<HeapNodes>, all: readonly Slices[]): Table {
  return {
    shape: 'table',
    title: 'Slices that keep a text',
    columns: [
      { key: 'count', title: 'Slices', unit: 'count' },
      { key: 'parents', title: 'Texts', unit: 'count' },
      { key: 'bytes', title: 'Kept', unit: 'bytes' },
      { key: 'id', title: 'One slice', unit: 'id' },
      { key: 'heldBy', title: 'Slices at', unit: 'text' },
    ],
    rows: all.map(({ nodes, parents, bytes, heldBy }) => ({
      count: nodes.length,
      parents: parents.size,
      bytes,
      id: graph.nodeId[nodes[0]!]!,
      heldBy,
    })),
  }
}
