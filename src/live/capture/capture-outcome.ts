import type { ChildReport } from './fork/child.js'

/** What a way of capturing tells when it is done. */
export interface CaptureOutcome {
  /** Seconds in which the program stood still. */
  readonly standstill: number
  /** The longest delay of the target's event loop while a forked child wrote, in seconds; only by fork. */
  readonly longestDelay?: number
  /** What the child knew; only by fork. */
  readonly known?: ChildReport
  readonly warnings: readonly string[]
}

/** What a capture is begun with: who is told, and what the target may send at the very most. */
export interface CaptureBounds {
  readonly begun: Begun
  /** Bytes of the snapshot. */
  readonly longest: number
  /** From the request to the last byte. */
  readonly seconds: number
}

/** Told of what goes on in the target although we may give up: until it settles, no other capture is begun. */
export type Begun = (over: Promise<unknown>) => void
