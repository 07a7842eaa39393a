import type { HeapGraph, HeapNodes } from '../graph/heap-graph.js'
import type { Places } from '../sources/places.js'

/** Where a heap came from, as the JSON output tells it. */
export interface Origin {
  readonly path: string | null
  readonly pid: number | null
  /** The worker thread whose heap it is; absent for a main thread. */
  readonly worker?: { readonly id: number; readonly name: string | null; readonly script: string }
  readonly nodeVersion: string | null
  /** ISO 8601. */
  readonly capturedAt: string | null
  /**
   * Names the unbroken inspector session the heap was captured in. Object ids of two heaps may be compared only where both carry
   * the same one; `null` where nothing is known about it.
   */
  readonly session: string | null
  /**
   * The session of an earlier heap whose ids this one goes on from: its objects were matched with those by address and contents.
   * `matched` is the part of this heap's nodes that was found there, 0 to 1.
   */
  readonly follows?: Follows
}

export interface Follows {
  readonly session: string
  readonly matched: number
}

/**
 * A heap that has been read: its graph, where it came from, and where its functions stand in the source. `Heap<HeapNodes>` is one
 * whose references between objects may not have been read.
 */
export interface Heap<Graph extends HeapNodes = HeapGraph> {
  readonly graph: Graph
  readonly origin: Origin
  readonly places: Places
  /** Size of the file. */
  readonly bytes: number
  /** What is missing of a file that ends before its end. */
  readonly cutOff?: string
}

/** Heaps of one program, oldest first. Each is read when it is asked for. */
export interface HeapSeries extends AsyncIterable<Heap> {
  /** How many there will be, where that is known. An analysis that needs the last heap whole can then let go of all others. */
  readonly length?: number
}
