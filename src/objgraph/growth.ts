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
import { splitArguments, whenKnown, within } from './given.js'
import { HeapObject, type ObjectFilter } from './heap-object.js'
import { first, type Limited, type Printing } from './limits.js'

/** Options of `growth`. */
export interface GrowthOptions extends Limited {
  /** Distinguish classes of the same name by their file (objgraph's `shortnames=False`). */
  readonly qualified?: boolean
  /** Counts only objects for which it is true; so does the peak. */
  readonly filter?: ObjectFilter | undefined
  /** Include V8's own records: code, shapes, tables, boxed numbers. They come and go as it compiles. */
  readonly raw?: boolean
}

/** What grew, and the peak to pass to the next call. */
export interface Grown {
  readonly rows: Growth[]
  readonly peak: PeakStats
}

/**
 * Types with more objects than at any earlier call, largest gain first. Pass the `peak` of the previous call; without
 * one, everything is new. There is no hidden state. Without a heap, captures this process and returns a promise.
 */
export function growth(peak?: PeakStats, options?: GrowthOptions): Promise<Grown>
export function growth(heap: Heap, peak?: PeakStats, options?: GrowthOptions): Grown
export function growth(...given: readonly unknown[]): Grown | Promise<Grown> {
  const { heap, rest } = splitArguments<[PeakStats?, GrowthOptions?]>(given)
  const [peak = noPeak] = rest
  if (!(peak instanceof Map)) throw noPeakGiven()
  const options = checked(rest[1], growing)
  return whenKnown(within(heap, undefined), ({ heap }) => {
    const grown = growthOver(peak, census(heap, options), options.raw)
    return { rows: first(grown.rows, options), peak: grown.peak }
  })
}

/** The same, printed in objgraph's columns: type, count, gain. Prints nothing if nothing grew. */
export function showGrowth(peak?: PeakStats, options?: GrowthOptions & Printing): Promise<Grown>
export function showGrowth(heap: Heap, peak?: PeakStats, options?: GrowthOptions & Printing): Promise<Grown>
export async function showGrowth(...given: readonly unknown[]): Promise<Grown> {
  const { heap, rest } = splitArguments<[PeakStats?, (GrowthOptions & Printing)?]>(given)
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
 * Excludes what V8 creates and drops as it compiles: code, shapes, tables, the names in these, and literal patterns. A
 * string belongs to the program if an object of the program refers to it; anything else if more than V8's code does.
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
  new LeakscopeError('USAGE', "growth() takes the previous call's peak as its first argument", {
    hint: 'For example: `const { peak } = await growth()`, then `await growth(peak, { limit: 5 })`; `noPeak` is for the first call.',
  })
