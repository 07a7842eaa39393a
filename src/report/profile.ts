/** Live memory by allocating stack, as sampled by V8's heap profiler. */
export interface AllocationProfile {
  readonly samples: readonly AllocationSample[]
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly seconds: number
  /** Bytes between two samples, on average. */
  readonly interval: number
}

export interface AllocationSample {
  /** Estimated from the samples. */
  readonly bytes: number
  /** The allocating function first, then its callers. */
  readonly stack: readonly ProfileFrame[]
}

/** A function on a stack, in the original source. */
export interface ProfileFrame {
  /** Empty for a function without a name. */
  readonly function: string
  /** Empty for V8's own code. */
  readonly file: string
  /** From 1; 0 without a file. */
  readonly line: number
  readonly column: number
}
