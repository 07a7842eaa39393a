/** A cheap reading of a process' memory. */
export interface Reading {
  readonly at: number
  readonly bytes: number
}

/** The minimum rise above the history, as a share, that triggers a check. */
const minShare = 0.2
const minBytes = 32 * 1024 * 1024
/** The minimum number of readings. */
const fewest = 6
const most = 120

/**
 * Detects when the memory of a process rises beyond its own history: the lowest of the last readings is more than a
 * fifth above the highest seen before. The lowest, since garbage comes and goes, while a leak lifts the minimum.
 */
export class RiseDetector {
  #ceiling: number | undefined
  #recent: Reading[] = []

  /** Adds a reading; returns true if a check is due. */
  add(reading: Reading): boolean {
    this.#recent.push(reading)
    if (this.#recent.length > most) this.#recent.shift()
    if (this.#recent.length < fewest) return false
    const floor = Math.min(...this.#recent.slice(-fewest / 2).map(({ bytes }) => bytes))
    if (this.#ceiling === undefined) {
      // Memory allocated at start-up is history, not a rise.
      this.#ceiling = Math.max(...this.#recent.map(({ bytes }) => bytes))
      return false
    }
    return floor > this.#ceiling * (1 + minShare) && floor > this.#ceiling + minBytes
  }

  /** After a check, the current readings become the history. */
  looked(): void {
    if (this.#recent.length > 0) this.#ceiling = Math.max(this.#ceiling ?? 0, ...this.#recent.map(({ bytes }) => bytes))
    this.#recent = []
  }
}
