import type { Cost } from '../acquire/from-memory.js'
import type { Target } from '../live/attach/attach.js'

/**
 * A capture in JSON output, under `captures`: durations in seconds, sizes in bytes, `null` for what does not apply.
 */
export interface CaptureFacts {
  /** `null` for a snapshot that was not kept. */
  readonly path: string | null
  readonly worker?: NonNullable<Target['worker']>
  readonly way: Cost['way']
  /** Why no gentler method was used. */
  readonly because: string | null
  readonly seconds: number
  readonly standstill: number
  /** Only by fork. */
  readonly longestDelay: number | null
  readonly rssBefore: number
  /** `null` if the process ended right after. */
  readonly rssAfter: number | null
  readonly bytes: number
  readonly warnings: readonly string[]
  /** Results of the self-check of the memory walk; only with `memory`. */
  readonly check?: NonNullable<Cost['check']>
}

/** The cost of a capture as numbers, for programs. `costNotes` says the same in words. */
export function captureFacts(path: string | null, cost: Cost, { worker }: Pick<Target, 'worker'>): CaptureFacts {
  const {
    way,
    because = null,
    seconds,
    standstill,
    longestDelay = null,
    rssBefore,
    rssAfter,
    bytes,
    warnings,
    check,
  } = cost
  return {
    path,
    ...(worker === undefined ? {} : { worker }),
    way,
    because,
    seconds,
    standstill,
    longestDelay,
    rssBefore,
    rssAfter: rssAfter === 0 ? null : rssAfter,
    bytes,
    warnings,
    ...(check === undefined ? {} : { check }),
  }
}
