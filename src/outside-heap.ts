/** Bytes of a process' own memory (USS) by what they are for. */
export interface MemoryParts {
  /** The first arena of malloc (`[heap]`) and the others that glibc made for threads, and how many of those there are. */
  readonly malloc: number
  readonly arenas: number
  /** Stacks of threads, and how many of those there are. */
  readonly stacks: number
  readonly threads: number
  /** What is mapped from files, the program itself included. */
  readonly files: number
  /** The rest: V8's heap and code, large single allocations such as buffers, what libraries map by themselves. */
  readonly other: number
}

/** What the C library's allocator has from the system, in bytes, as a forked child measured it before it collected garbage. */
export interface AllocatorMemory {
  readonly arenas: number
  /** Without what is mapped for single large allocations. */
  readonly system: number
  readonly mapped: number
  /** Of `system`, what nobody uses. */
  readonly unused: number
  /** Of that, what is in memory and malloc_trim() would give back. */
  readonly resident: number
}

/** What was seen of the memory outside V8's heap during a check. */
export interface OutsideHeap {
  /** By reading. */
  readonly parts: readonly MemoryParts[]
  /** By heap that was captured by fork. */
  readonly allocator: readonly AllocatorMemory[]
}
