import type { Place } from '../../place.js'
import type { PathStep } from '../../report/report.js'

/** What a suspect is retained by, in the words of people: the kind decides how it is named and what is advised. */
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

/** Something that keeps growing: what retains it, what it is, where in the source, how fast. All plain data: it is the JSON. */
export interface Suspect {
  /** From 1: the one that gains most bytes. */
  readonly rank: number
  /** The same leak has the same one in every run and, unless names change, every release. */
  readonly fingerprint: string
  /** One sentence that names all of it. */
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
  /** Objects gained since the first heap that are still there, and what they retain. */
  readonly count: number
  readonly bytes: number
  readonly countPerRound: number
  readonly bytesPerRound: number
}

export interface Holder {
  readonly id: number | null
  readonly type: string
  /** How one would say it in the source: `sessions`, `audit.entries`, `'data' listeners of feed`. */
  readonly name: string
  readonly location: Place | null
}

/** What makes a suspect one. Every list has an entry per heap, or per interval between two. */
export interface Evidence {
  /** How it was found: object by object, by the paths that lead to objects, or by the system's numbers alone. */
  readonly by: 'identity' | 'path' | 'memory'
  readonly heaps: number
  /** By interval: objects of the leaked type allocated in it that are still there, and the bytes that came with them. */
  readonly born: readonly number[]
  readonly bornBytes: readonly number[]
  /** By heap: bytes that the retainer keeps. */
  readonly kept: readonly number[]
  /** By heap: objects at the end of the same path; identity's witness, where there is one. */
  readonly alongPath?: readonly number[]
  /** Of a leak among much that comes and goes, by heap, the last ones: objects that were there some heaps before, too. */
  readonly longLived?: readonly number[]
  /** All retainers, where the leaked objects stand in several at once. */
  readonly holders?: readonly Holder[]
  /** Whether it gains less and less, as a cache does that fills: bounded so far. */
  readonly levelling: boolean
  /** Whether it clearly gains less than before, though not yet so little. */
  readonly slowing?: boolean
  /** Whether its last change is one by which V8 enlarges a store that is full: it may be filling still. */
  readonly leaps?: boolean
  /** Found by path only: whether it gained no more than what comes and goes may gain by chance. */
  readonly withinChance?: boolean
  /** Whether it is what functions of FinalizationRegistries take away, which have yet to be called. */
  readonly waits?: boolean
  /** How likely so steady a rise of memory is by chance, where memory is the witness. */
  readonly chance?: number
  /** What to do about it, in one sentence. */
  readonly hint: string
  /** Where the leaked memory was allocated, if that was sampled: the function, or one it called. */
  readonly allocatedAt?: readonly {
    readonly function: string
    readonly location: Place | null
    readonly bytes: number
  }[]
}
