import type { Heap } from '../heap/heap.js'
import type { OutsideHeap } from '../outside-heap.js'
import type { Place } from '../place.js'

/** The live side of a leak check: whatever can collect, measure and capture one process. */
export interface CheckTarget {
  /** Collects garbage until two readings agree. */
  collectGarbage(): Promise<void>
  memory(): Promise<MemoryReading>
  /** Captures a heap. Where object ids were handed out anew since the last one, its origin names another session. An abort ends it with the signal's reason. */
  capture(signal?: AbortSignal): Promise<CapturedHeap>
  /**
   * Whether captures leave the process as it was, since a forked child is captured: foretold before the first, and false as soon as one
   * did not. Where it is not given, they do not.
   */
  capturesInChild?(): Promise<boolean>
  /** What was seen so far of the memory outside V8's heap. */
  outside?(): OutsideHeap
  /** Samples allocations, until the next capture that is not gentle. */
  startSampling?(): Promise<void>
}

export interface CapturedHeap {
  readonly heap: Heap
  /** What was allocated since sampling began, and lived at the capture; empty where nothing was sampled. */
  readonly allocations: readonly Allocation[]
  /** Memory without garbage, as a forked child counted it: the process itself need not collect its garbage to be measured. */
  readonly living?: Pick<MemoryReading, 'heapUsed' | 'external' | 'arrayBuffers'>
}

/** Memory of a process at one moment, in bytes. */
export interface MemoryReading {
  readonly heapUsed: number
  /** What V8 has taken from the system for its heap. */
  readonly heapTotal: number
  /** Held by objects of the heap but outside it; includes `arrayBuffers`. */
  readonly external: number
  readonly arrayBuffers: number
  readonly rss: number
  /** `null` where the system does not say. */
  readonly uss: number | null
  /** What the process has written to and shares with nobody: the best witness of native memory. */
  readonly privateDirty?: number
}

/** Live memory that was allocated by one stack, the allocating function first. */
export interface Allocation {
  readonly bytes: number
  readonly stack: readonly {
    /** Empty for a function without a name. */
    readonly function: string
    /** In the source as written; `null` for what is no code of the program (V8's own, Node.js' internals). */
    readonly location: Place | null
  }[]
}

/** The memory of one measured round, taken after garbage was collected and before a heap was captured. */
export interface RoundMemory extends Omit<MemoryReading, 'privateDirty' | 'heapTotal'> {
  /** From 1; warm-up rounds have none. */
  readonly round: number
  /** Since the first round. */
  readonly seconds: number
  /** Whether a heap was captured before, in an earlier round: it leaves RSS and USS larger than the program made them. */
  readonly touched: boolean
}
