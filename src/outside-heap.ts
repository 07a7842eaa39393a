/** The USS of a process by use, in bytes. */
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

/** The memory of the C library's allocator in bytes, measured in a forked child before it collects garbage. */
export interface AllocatorMemory {
  readonly arenas: number
  /** Memory obtained from the system, without mappings for single large allocations. */
  readonly system: number
  readonly mapped: number
  /** The free part of `system`. */
  readonly unused: number
  /** The part of `unused` that is resident and that malloc_trim() would return. */
  readonly resident: number
}

/** Measurements during a check of the memory outside V8's heap. */
export interface OutsideHeap {
  /** One per memory reading. */
  readonly parts: readonly MemoryParts[]
  /** One per heap captured by fork. */
  readonly allocator: readonly AllocatorMemory[]
}
