import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  backrefs,
  census,
  type DrawingOptions,
  type Growth,
  growthReport,
  growth as growthSince,
  type Heap,
  noPeak,
  type PeakStats,
  refcount as refcountOf,
  refs,
} from './analysis/index.js'
import { LeakscopeError } from './errors.js'
import type { NodeIndex } from './graph/heap-graph.js'
import { nodeWithId } from './graph/ids.js'
import { openHeap } from './heaps.js'
import { processMemory } from './live/memory.js'
import { captureOwnProcess } from './live/own-process.js'
import { memoryLine } from './memory-line.js'
import { writePrivately } from './private-file.js'
import { dotText } from './render/dot.js'
import { formatForFile, formatNamed } from './render/index.js'
import type { Drawing } from './report/report.js'
import { untold } from './task.js'

/** How `showRefs` and `showBackrefs` draw, and where to. */
export interface ShowOptions extends DrawingOptions {
  /** `a.dot`, `a.svg`, `a.html` …; without one, a .dot file in the temporary folder. */
  readonly filename?: string
}

/**
 * objgraph's `show_refs`: draws what live values of this process refer to, prints `Graph written to <path> (<n> nodes)`, and gives the
 * drawing. The process stands still for a heap snapshot. Errors: NOT_FOUND for a value that is no object of the heap.
 */
export const showRefs = (values: readonly unknown[], options: ShowOptions = {}): Promise<Drawing> =>
  show(values, options, refs, 'References')

/** objgraph's `show_backrefs`: as `showRefs`, but what refers to the values. */
export const showBackrefs = (values: readonly unknown[], options: ShowOptions = {}): Promise<Drawing> =>
  show(values, options, backrefs, 'What refers to them')

/**
 * The twin of `sys.getrefcount`: how many references of this process' heap keep a live object. V8 has no such counter: the references
 * are counted in a heap snapshot. The argument of this very call, and other variables of functions that are running, are on the
 * stack and are not counted. Errors: NOT_FOUND.
 */
export async function refcount(value: unknown): Promise<number> {
  const { heap, nodes } = await ownHeap([value])
  return refcountOf(heap.graph, nodes[0]!)
}

/**
 * objgraph's `show_growth` for this process: prints the types that have more objects than the peak, nothing if none grew, and gives
 * them with the new peak, which is yours to pass to the next call.
 */
export async function showGrowth(
  peak: PeakStats = noPeak,
  options: { readonly limit?: number } = {},
): Promise<{ rows: Growth[]; peak: PeakStats }> {
  const { heap } = await ownHeap([])
  const { report } = growthReport(peak, heap, options)
  const text = await formatNamed('text').render(
    report,
    { command: 'growth', target: null, heaps: [] },
    { color: false, width: 80 },
  )
  process.stdout.write(text)
  return growthSince(peak, census(heap))
}

/** The seed's `show_memory_info`: prints `{hint} memory used: {n} MB`, the USS of this process, and gives its bytes. */
export async function showMemoryInfo(hint: string): Promise<number> {
  const { uss, rss, source } = await processMemory(process.pid)
  process.stdout.write(`${memoryLine(hint, uss ?? rss)}\n`)
  if (uss === null) process.stderr.write(`the number is ${source}\n`)
  return uss ?? rss
}

async function show(
  values: readonly unknown[],
  { filename = join(tmpdir(), `leakscope-${randomBytes(6).toString('hex')}.dot`), ...options }: ShowOptions,
  draw: typeof refs,
  title: string,
): Promise<Drawing> {
  const { heap, nodes } = await ownHeap(values)
  const drawing = { ...draw(heap, nodes, options), title }
  const format = formatForFile(filename)
  const envelope = { command: 'show', target: null, heaps: [] }
  const report = { title, sections: [drawing], notes: [] }
  writePrivately(
    filename,
    format.name === 'dot' ? dotText(drawing) : await format.render(report, envelope, { color: false, width: 120 }),
  )
  process.stdout.write(`Graph written to ${filename} (${drawing.nodes.length} nodes)\n`)
  return drawing
}

/** This process' heap as it was when called, and where in it the values are. */
async function ownHeap(values: readonly unknown[]): Promise<{ heap: Heap; nodes: NodeIndex[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-'))
  try {
    const path = join(folder, 'own.heapsnapshot')
    const ids = captureOwnProcess(path, values)
    const heap = await openHeap(path, untold)
    return { heap, nodes: ids.map((id, at) => nodeOf(heap, id, at)) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function nodeOf({ graph }: Heap, id: number | undefined, at: number): NodeIndex {
  const node = id === undefined ? undefined : nodeWithId(graph, id)
  if (node !== undefined) return node
  throw new LeakscopeError('NOT_FOUND', `value ${at + 1} is no object of the heap`, {
    hint: 'Pass objects, arrays or functions; numbers, strings and the like have no references.',
  })
}
