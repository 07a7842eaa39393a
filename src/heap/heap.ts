import type { HeapGraph, HeapNodes } from '../graph/heap-graph.js'
import type { Places } from '../sources/places.js'

/** Where a heap came from, as in JSON output. */
export interface Origin {
  readonly path: string | null
  readonly pid: number | null
  /** The worker thread whose heap it is; absent for a main thread. */
  readonly worker?: { readonly id: number; readonly name: string | null; readonly script: string }
  readonly nodeVersion: string | null
  /** ISO 8601. */
  readonly capturedAt: string | null
  /**
   * The unbroken inspector session in which the heap was captured. Object ids of two heaps are comparable only if both
   * have the same session; `null` if unknown.
   */
  readonly session: string | null
  /**
   * The session of an earlier heap whose ids this one continues: the objects were matched by address and contents.
   * `matched` is the share of this heap's nodes that was found there, 0 to 1.
   */
  readonly follows?: Follows
}

export interface Follows {
  readonly session: string
  readonly matched: number
}

/**
 * A heap that has been read: its graph, its origin, and the source locations of its functions. In a `Heap<HeapNodes>`,
 * the edges may not have been read.
 */
export interface Heap<Graph extends HeapNodes = HeapGraph> {
  readonly graph: Graph
  readonly origin: Origin
  readonly places: Places
  /** Size of the file. */
  readonly bytes: number
  /** What is missing of a truncated file. */
  readonly cutOff?: string
}

/** Heaps of one program, oldest first. Each is read on demand. */
export interface HeapSeries extends AsyncIterable<Heap> {
  /** The number of heaps, if known. An analysis that needs only the last heap can then release all others. */
  readonly length?: number
}
