import { LeakscopeError } from '../errors.js'
import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { codeMask, nodeTypeMask, stringMask } from '../graph/node-type-mask.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { types } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { qualifiedTypes } from '../heap/type-names.js'
import { isMachinery } from '../heap/v8/machinery.js'
import { type Growth, growth as growthOver, noPeak, type PeakStats } from '../questions/growth.js'
import { plain } from '../render/plain-text.js'
import { checked } from './checked.js'
import { whenKnown, within, words } from './given.js'
import { HeapObject, type ObjectFilter } from './heap-object.js'
import { first, type Limited, type Printing } from './limits.js'

/** How growth is told. */
export interface GrowthOptions extends Limited {
  /** Tell classes of one name apart by their file (objgraph's `shortnames=False`). */
  readonly qualified?: boolean
  /** Only objects that are wanted; the peak knows of these alone. */
  readonly filter?: ObjectFilter | undefined
  /** V8's own records too: code, shapes, tables, boxed numbers. They come and go as it compiles. */
  readonly raw?: boolean
}

/** What grew, and the peak to give the next call. */
export interface Grown {
  readonly rows: Growth[]
  readonly peak: PeakStats
}

/**
 * Types with more objects than at any earlier call, most gained first: each call is given the `peak` of the one before, and without
 * one everything is new. Nothing is remembered behind your back. Of a heap in hand at once; without one, this process is captured.
 */
export function growth(peak?: PeakStats, options?: GrowthOptions): Promise<Grown>
export function growth(heap: Heap, peak?: PeakStats, options?: GrowthOptions): Grown
export function growth(...given: readonly unknown[]): Grown | Promise<Grown> {
  const { heap, rest } = words<[PeakStats?, GrowthOptions?]>(given)
  const [peak = noPeak] = rest
  if (!(peak instanceof Map)) throw noPeakGiven()
  const options = checked(rest[1], growing)
  return whenKnown(within(heap, undefined), ({ heap }) => {
    const grown = growthOver(peak, census(heap, options), options.raw)
    return { rows: first(grown.rows, options), peak: grown.peak }
  })
}

/** The same, printed in objgraph's columns: type, count, gain. Nothing is printed if nothing grew. */
export function showGrowth(peak?: PeakStats, options?: GrowthOptions & Printing): Promise<Grown>
export function showGrowth(heap: Heap, peak?: PeakStats, options?: GrowthOptions & Printing): Promise<Grown>
export async function showGrowth(...given: readonly unknown[]): Promise<Grown> {
  const { heap, rest } = words<[PeakStats?, (GrowthOptions & Printing)?]>(given)
  const [peak, { file = process.stdout, ...options } = {}] = rest
  checked({ file }, ['file'])
  const grown = await (heap === undefined ? growth(peak, options) : growth(heap, peak, options))
  const width = Math.max(...grown.rows.map(({ type }) => plain(type).length))
  for (const { type, count, delta } of grown.rows) {
    file.write(`${plain(type).padEnd(width)}${String(count).padStart(9)} ${signed(delta).padStart(9)}\n`)
  }
  return grown
}

const growing = ['limit', 'qualified', 'filter', 'raw'] as const

const signed = (change: number): string => (change < 0 ? String(change) : `+${change}`)

function census(heap: Heap, { filter, qualified = false, raw = false }: GrowthOptions): PeakStats {
  const { graph } = heap
  const { of, names } = qualified ? qualifiedTypes(heap) : types(graph)
  const sizes = shallowSizes(graph)
  const isOwn = raw ? () => true : isOfProgram(graph)
  const seen = new Map<string, { count: number; bytes: number }>()
  for (let node = 0; node < graph.nodeCount; node++) {
    if (!isOwn(node)) continue
    if (filter !== undefined && !filter(new HeapObject(heap, node))) continue
    const type = names[of[node]!]!
    let row = seen.get(type)
    if (row === undefined) {
      row = { count: 0, bytes: 0 }
      seen.set(type, row)
    }
    row.count++
    row.bytes += sizes[node]!
  }
  return seen
}

/**
 * What V8 keeps of its own accord comes and goes as it compiles: code, shapes, tables, the names these hold, and the patterns of
 * literals. A string is of the program where an object of it holds it, anything else where more than V8's code does.
 */
function isOfProgram(graph: HeapGraph): (node: NodeIndex) => boolean {
  const { nodeCount, nodeType, firstEdge, edgeTo } = graph
  const isHeld = new Uint8Array(nodeCount)
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!
    if (codeMask[type] === 1) continue
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const to = edgeTo[edge]!
      if (recordMask[type] === 0 || stringMask[nodeType[to]!] === 0) isHeld[to] = 1
    }
  }
  return node => isHeld[node] === 1 && !isMachinery(graph, node)
}

const recordMask = nodeTypeMask('code', 'object shape', 'hidden', 'synthetic')

const noPeakGiven = (): LeakscopeError =>
  new LeakscopeError('USAGE', 'the first word of growth is the peak of the call before', {
    hint: 'Say, for instance, `const { peak } = await growth()`, then `await growth(peak, { limit: 5 })`; `noPeak` is for the first time.',
  })
