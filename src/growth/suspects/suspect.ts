import type { Place } from '../../place.js'
import type { PathStep } from '../../report/report.js'

/** The kind of retainer, which determines the suspect's name and the advice. */
export type SuspectKind =
  | 'map'
  | 'set'
  | 'array'
  | 'object'
  | 'listener'
  | 'timer'
  | 'closure'
  | 'promise'
  | 'buffer'
  | 'list'
  | 'native'

/** Something that keeps growing: its retainer, type, source location and rate. Plain data, as in the JSON output. */
export interface Suspect {
  /** From 1, by bytes gained. */
  readonly rank: number
  /** Stable for a leak over runs and, unless names change, releases. */
  readonly fingerprint: string
  /** The leak in one sentence. */
  readonly headline: string
  readonly holder: Holder
  readonly leaked: LeakedRate
  /** From a module, the global object or a GC root to one of the leaked objects. */
  readonly path: readonly PathStep[]
  readonly kind: SuspectKind
  readonly evidence: Evidence
}

export interface LeakedRate {
  readonly type: string
  /** Objects gained since the first heap that still exist; `bytes` includes what they retain. */
  readonly count: number
  readonly bytes: number
  readonly countPerRound: number
  readonly bytesPerRound: number
}

export interface Holder {
  readonly id: number | null
  readonly type: string
  /** Its name in the source: `sessions`, `audit.entries`, `'data' listeners of feed`. */
  readonly name: string
  readonly location: Place | null
}

/** The evidence for a suspect. Every list has an entry per heap, or per interval between two. */
export interface Evidence {
  /** How it was found: object by object, by the paths that lead to objects, or by the system's numbers alone. */
  readonly by: 'identity' | 'path' | 'memory'
  readonly heaps: number
  /**
   * By interval: objects of the leaked type created in it that still exist; `bornBytes` are the bytes that came with
   * them.
   */
  readonly born: readonly number[]
  readonly bornBytes: readonly number[]
  /** By heap: bytes that the retainer retains. */
  readonly kept: readonly number[]
  /** By heap: objects at the end of the same path, which confirm the result by identity. */
  readonly alongPath?: readonly number[]
  /**
   * For a leak among objects that come and go, by heap, for the last ones: objects that already existed some heaps
   * earlier.
   */
  readonly longLived?: readonly number[]
  /** All retainers, if several retain the leaked objects. */
  readonly holders?: readonly Holder[]
  /** Whether the growth levels off, like that of a filling cache: bounded so far. */
  readonly levelling: boolean
  /** Whether it clearly gains less than before, but still too much to be levelling. */
  readonly slowing?: boolean
  /** Whether its last change is V8's enlargement of a full store, so that it may still be filling. */
  readonly leaps?: boolean
  /** Only if found by path: whether the gain may be chance in objects that come and go. */
  readonly withinChance?: boolean
  /** Whether pending functions of FinalizationRegistries would remove it. */
  readonly waits?: boolean
  /** If found by memory alone: the probability of such a steady rise by chance. */
  readonly chance?: number
  /** Advice in one sentence. */
  readonly hint: string
  /** Where the leaked memory was allocated, if sampled: at or below this function. */
  readonly allocatedAt?: readonly {
    readonly function: string
    readonly location: Place | null
    readonly bytes: number
  }[]
}
