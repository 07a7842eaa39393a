/** Bytes of a process' own memory by what they are for, at one reading. */
interface Parts {
  readonly malloc: number
  readonly arenas: number
  readonly stacks: number
  readonly threads: number
  readonly files: number
  readonly other: number
}

/** What the C library's allocator keeps, as a forked child measured it. */
interface Allocator {
  readonly arenas: number
  readonly system: number
  readonly unused: number
  /** Of `unused`, what is in memory. */
  readonly resident: number
}

/** What was seen of the memory outside V8's heap during a check. */
export interface Outside {
  /** By reading. */
  readonly parts: readonly Parts[]
  /** By heap that was captured by fork. */
  readonly allocator: readonly Allocator[]
}
