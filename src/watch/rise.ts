/** A cheap reading of a process' memory. */
export interface Reading {
  readonly at: number
  readonly bytes: number
}

/** What rose this much since it was last looked at, and ever more, is worth a look. */
const leastShare = 0.2
const leastBytes = 32 * 1024 * 1024
/** Fewer readings prove nothing. */
const fewest = 6
const most = 120

/**
 * Notices when the memory of one process rises beyond its own history: the lowest of its last readings stands above everything that
 * was seen before, and by more than a fifth. The lowest, since garbage comes and goes; a leak lifts the floor.
 */
export class RiseDetector {
  #ceiling: number | undefined
  #recent: Reading[] = []

  /** Takes a reading; true where a check is due. */
  add(reading: Reading): boolean {
    this.#recent.push(reading)
    if (this.#recent.length > most) this.#recent.shift()
    if (this.#recent.length < fewest) return false
    const floor = Math.min(...this.#recent.slice(-fewest / 2).map(({ bytes }) => bytes))
    if (this.#ceiling === undefined) {
      // What a program takes while it starts is its history, not a rise.
      this.#ceiling = Math.max(...this.#recent.map(({ bytes }) => bytes))
      return false
    }
    return floor > this.#ceiling * (1 + leastShare) && floor > this.#ceiling + leastBytes
  }

  /** A check has looked: what there is now is the history. */
  looked(): void {
    if (this.#recent.length > 0) this.#ceiling = Math.max(this.#ceiling ?? 0, ...this.#recent.map(({ bytes }) => bytes))
    this.#recent = []
  }
}
