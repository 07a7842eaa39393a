import type { Heap } from '../analysis/heap.js'

/** The live side of a leak check: whatever can collect, measure and capture one process. */
export interface CheckTarget {
  /** Collects garbage until two readings agree. */
  collectGarbage(): Promise<void>
  memory(): Promise<MemoryReading>
  /** Captures a heap. The object ids of all captures are of one session unless `idsHold` says otherwise. */
  capture(): Promise<Heap>
  /** Whether object ids still mean what they meant at the last capture. */
  idsHold(): Promise<boolean>
  /** Allocations are sampled where both of these are given. */
  startSampling?(): Promise<void>
  liveAllocations?(): Promise<readonly Allocation[]>
}

/** Memory of a process at one moment, in bytes. */
export interface MemoryReading {
  readonly heapUsed: number
  /** Held by objects of the heap but outside it; includes `arrayBuffers`. */
  readonly external: number
  readonly arrayBuffers: number
  readonly rss: number
  /** `null` where the system does not tell. */
  readonly uss: number | null
  /** What the process has written to and shares with nobody: the best witness of native memory. */
  readonly privateDirty?: number
}

/** Live memory that was allocated by one stack. Lines and columns from 0, as V8 counts; the allocating function first. */
export interface Allocation {
  readonly bytes: number
  readonly stack: readonly {
    readonly functionName: string
    readonly url: string
    readonly line: number
    readonly column: number
  }[]
}

/** The memory of one measured round, taken after garbage was collected and before a heap was captured. */
export interface RoundMemory extends Omit<MemoryReading, 'privateDirty'> {
  /** From 1; warm-up rounds have none. */
  readonly round: number
  /** Since the first round. */
  readonly seconds: number
  /** Whether a heap was captured before, in an earlier round: it leaves RSS and USS larger than the program made them. */
  readonly touched: boolean
}
