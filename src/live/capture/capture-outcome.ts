import type { ChildReport } from './fork/child.js'

/** The result of a capture method. */
export interface CaptureOutcome {
  /** Seconds for which the program was paused. */
  readonly standstill: number
  /** The longest delay of the target's event loop while a forked child wrote, in seconds; only by fork. */
  readonly longestDelay?: number
  /** What the child reported; only by fork. */
  readonly known?: ChildReport
  readonly warnings: readonly string[]
}

/** The task of a capture, and hard limits for what the target may send. */
export interface CaptureBounds {
  readonly begun: Begun
  /** Bytes of the snapshot. */
  readonly longest: number
  /** From the request to the last byte. */
  readonly seconds: number
}

/**
 * Called with a promise for work that continues in the target even if we give up: until it settles, no other capture
 * starts.
 */
export type Begun = (over: Promise<unknown>) => void
