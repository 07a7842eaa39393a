import type { Heap } from '../heap/heap.js'
import type { OutsideHeap } from '../outside-heap.js'
import type { Place } from '../place.js'

/** The live side of a leak check: it can collect garbage in, measure and capture one process. */
export interface CheckTarget {
  /** Collects garbage until two readings agree. */
  collectGarbage(): Promise<void>
  memory(): Promise<MemoryReading>
  /**
   * Captures a heap. If object ids were reassigned since the last one, its origin has another session. An abort rejects
   * with the signal's reason.
   */
  capture(signal?: AbortSignal): Promise<CapturedHeap>
  /**
   * Whether captures are in a forked child and leave the process unchanged: a prediction before the first capture, and
   * false once one was not. Without this method, they are not.
   */
  capturesInChild?(): Promise<boolean>
  /** The measurements so far of the memory outside V8's heap. */
  outside?(): OutsideHeap
  /** Samples allocations until the next capture that is not gentle. */
  startSampling?(): Promise<void>
}

export interface CapturedHeap {
  readonly heap: Heap
  /** Allocations since sampling began that are live at the capture; empty without sampling. */
  readonly allocations: readonly Allocation[]
  /** Memory without garbage, as counted by a forked child, so that the process itself need not collect garbage. */
  readonly living?: Pick<MemoryReading, 'heapUsed' | 'external' | 'arrayBuffers'>
}

/** Memory of a process at one moment, in bytes. */
export interface MemoryReading {
  readonly heapUsed: number
  /** The memory that V8 has obtained from the system for its heap. */
  readonly heapTotal: number
  /** Memory outside the heap that belongs to its objects; includes `arrayBuffers`. */
  readonly external: number
  readonly arrayBuffers: number
  readonly rss: number
  /** `null` if not available. */
  readonly uss: number | null
  /** Pages that the process has written to and does not share: the best measure of native memory. */
  readonly privateDirty?: number
}

/** Live memory allocated by one stack, the allocating function first. */
export interface Allocation {
  readonly bytes: number
  readonly stack: readonly {
    /** Empty for a function without a name. */
    readonly function: string
    /** In the original source; `null` for code that is not the program's (V8, Node.js' internals). */
    readonly location: Place | null
  }[]
}

/** The memory of one measured round, read after a garbage collection and before the capture. */
export interface RoundMemory extends Omit<MemoryReading, 'privateDirty' | 'heapTotal'> {
  /** From 1; warm-up rounds have none. */
  readonly round: number
  /** Since the first round. */
  readonly seconds: number
  /** Whether a heap was captured in an earlier round, which leaves RSS and USS larger. */
  readonly touched: boolean
}
