/** Memory by the stacks that allocated it: what a sampling heap profiler saw allocated and still alive. */
export interface AllocationProfile {
  readonly samples: readonly AllocationSample[]
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly seconds: number
  /** Bytes between two samples, on average. */
  readonly interval: number
}

export interface AllocationSample {
  /** As estimated from the samples. */
  readonly bytes: number
  /** The allocating function first, then its callers. */
  readonly stack: readonly ProfileFrame[]
}

/** A function on a stack, in the source as written. */
export interface ProfileFrame {
  /** Empty for a function without a name. */
  readonly function: string
  /** Empty where it is V8's own. */
  readonly file: string
  /** From 1; 0 where there is no file. */
  readonly line: number
  readonly column: number
}
