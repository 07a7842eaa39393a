import { cycleDrawing } from '../drawing/cycle-drawing.js'
import { LeakscopeError } from '../errors.js'
import type { HeapGraph } from '../graph/heap-graph.js'
import { nodeWithId } from '../graph/ids.js'
import { retainedTogether } from '../graph/retained-together.js'
import { typeOf } from '../graph/types.js'
import { referenceNotation } from '../heap/edge-notation.js'
import type { Heap } from '../heap/heap.js'
import { typeKnown } from '../heap/type-names.js'
import { accessPath } from '../paths/access-path.js'
import { type Cycle, cycles, shortestRing } from '../paths/cycles/cycles.js'
import { outsideRetainers } from '../paths/cycles/outside-retainers.js'
import { pathTo } from '../paths/path-costs.js'
import { type Hop, pathSteps, retainingPaths } from '../paths/retaining-paths.js'
import { standard } from '../report/columns.js'
import type { Row, Section, Table } from '../report/report.js'
import { counted } from '../units.js'
import { flag, type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { cutNote, limit } from './ask/options.js'
import { selectOptions } from './ask/selection.js'

const options = {
  type: { ...selectOptions.type, summary: 'only cycles with an object of this type' },
  id: { ...selectOptions.id, summary: 'only cycles with these objects' },
  limit: limit('how many rows', 10),
  raw: flag('--raw', "include V8's and Node.js' own cycles, of which every program has thousands"),
}

/** `leakscope cycles`: objects that retain one another, one row per combination of types; the largest is drawn. */
export const cyclesAnalysis: HeapAnalysis = heapAnalysis({
  name: 'cycles',
  summary: 'Reference cycles: objects that retain one another, the largest retained size first',
  heaps: 1,
  options,
  run(heap, { type, id, limit, raw }) {
    const { graph } = heap
    const found = cycles(graph, { raw })
    const wanted = found.cycles.filter(isWanted(heap, type, id))
    const kinds = alike(graph, wanted)
    if (id.length > 0 && wanted.length === 0) throw inNone(id)
    const shown = kinds.slice(0, limit)
    const { functions, builtin } = found.leftOut
    return {
      title: 'Reference cycles',
      sections: shown.length === 0 ? [] : [table(heap, shown, raw), biggest(heap, shown[0]![0]!, raw)],
      notes: [
        ...cutNote(shown.length, kinds.length),
        ...(functions + builtin > 0 ? [`left out: ${leftOut(functions, builtin)}; --raw shows them`] : []),
      ],
    }
  },
})

const leftOut = (functions: number, builtin: number): string =>
  [
    functions > 0 ? `${counted(functions)} of functions and the scopes they share` : '',
    builtin > 0 ? `${counted(builtin)} of Node.js' own objects` : '',
  ]
    .filter(Boolean)
    .join(', ')

function isWanted(heap: Heap, type: string | undefined, ids: readonly number[]): (cycle: Cycle) => boolean {
  const match = type === undefined ? undefined : typeKnown(heap, type)
  const select = ids.map(id => nodeWithId(heap.graph, id))
  return ({ nodes, members }) =>
    (match === undefined || nodes.some(node => match.wanted.has(match.of[node]!))) &&
    (select.length === 0 || select.some(node => node !== undefined && members.has(node)))
}

const inNone = (ids: readonly number[]): LeakscopeError =>
  new LeakscopeError('NOT_FOUND', `${ids.map(id => `@${id}`).join(' ')} is in no reference cycle`, {
    hint: 'List all cycles with `leakscope cycles`, and with --raw also those of V8 and Node.js.',
  })

/**
 * Groups cycles by the types of their objects, largest retained size first: a thousand sessions with their carts are
 * one row.
 */
function alike(graph: HeapGraph, all: readonly Cycle[]): Cycle[][] {
  const kinds = new Map<string, Cycle[]>()
  for (const cycle of all) {
    const key = typesOf(graph, cycle, Number.POSITIVE_INFINITY)
    const kind = kinds.get(key)
    if (kind === undefined) kinds.set(key, [cycle])
    else kind.push(cycle)
  }
  const weight = (kind: readonly Cycle[]): number => kind.reduce((sum, { retained }) => sum + retained, 0)
  return [...kinds.values()]
    .map(kind => ({ kind, weight: weight(kind) }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ kind }) => kind)
}

/** `Array ×2`, `Cart, Session`: the most frequent first. */
function typesOf(graph: HeapGraph, { nodes }: Cycle, most: number): string {
  const counts = new Map<string, number>()
  for (const node of nodes) counts.set(typeOf(graph, node), (counts.get(typeOf(graph, node)) ?? 0) + 1)
  const all = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const parts = all.slice(0, most).map(([type, count]) => (count === 1 ? type : `${type} ×${counted(count)}`))
  return parts.join(', ') + (all.length > most ? ` and ${counted(all.length - most)} more` : '')
}

function table(heap: Heap, kinds: readonly Cycle[][], raw: boolean): Table {
  return {
    shape: 'table',
    title: 'Reference cycles',
    columns: [
      { key: 'types', title: 'Objects that retain one another', unit: 'text' },
      { key: 'objects', title: 'Objects', unit: 'count' },
      { key: 'cycles', title: 'Such cycles', unit: 'count' },
      standard.shallow,
      standard.retained,
      standard.oneId,
      { key: 'cycle', title: 'Cycle', unit: 'text' },
      { key: 'kept', title: 'Retained by', unit: 'text' },
    ],
    rows: kinds.map(kind => row(heap, kind, raw)),
  }
}

function row(heap: Heap, kind: readonly Cycle[], raw: boolean): Row {
  const { graph } = heap
  const one = kind[0]!
  return {
    types: typesOf(graph, one, 4),
    objects: one.nodes.length,
    cycles: kind.length,
    shallow: kind.reduce((sum, { shallow }) => sum + shallow, 0),
    retained: retainedTogether(
      graph,
      kind.flatMap(({ nodes }) => nodes),
    ),
    id: graph.nodeId[one.nodes[0]!]!,
    cycle: ringSteps(heap, one, raw),
    kept: keptBy(heap, one),
  }
}

/** `Session.cart → Cart.owner → Session`. */
export function ringSteps(heap: Heap, cycle: Cycle, raw = false): string {
  const steps = pathSteps(heap, shortestRing(heap.graph, cycle, { raw }), 12)
  return steps.map(({ edge, type }, at) => (at === 0 ? type : `${edge} → ${type}`)).join('')
}

/**
 * `only globalThis.cache` if a single reference keeps a cycle from outside; `only globalThis, by .a and .b` if a single
 * object does.
 */
function keptBy({ graph, ...heap }: Heap, cycle: Cycle): string {
  const holds = outsideRetainers(graph, cycle)
  const retainers = new Set(holds.map(({ retainer }) => retainer))
  if (retainers.size === 0) return 'nothing'
  if (retainers.size > 1) return `${counted(retainers.size)} objects`
  const { retainer, member, first, last, via } = holds[0]!
  // A module or a suspended function is a natural start; what retains it explains nothing.
  const isBeginning = pathTo(graph, retainer)?.edges.length === 0
  const above = (isBeginning ? undefined : retainingPaths(graph, retainer, 1)[0]) ?? [{ node: retainer }]
  const text = (path: readonly Hop[]): string => accessPath(pathSteps({ graph, ...heap }, path, 12))
  if (holds.length === 1) return `only ${text([...above, { node: member, first, last, via }])}`
  const labels = new Set(holds.map(hold => referenceNotation(graph, hold.first, hold.last, hold.via)))
  return `only ${text(above)}, by ${[...labels].slice(0, 5).join(' and ')}`
}

function biggest(heap: Heap, cycle: Cycle, raw: boolean): Section {
  const kept = keptBy(heap, cycle)
  const title = `${ringSteps(heap, cycle, raw)}, kept ${kept.startsWith('only ') ? `only by ${kept.slice(5)}` : `by ${kept}`}`
  return { ...cycleDrawing(heap, cycle, { raw }), title }
}
