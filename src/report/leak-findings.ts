import { isProgramPlace, type Place } from '../place.js'
import type { PathStep, Report } from './report.js'

/** What `check` and `leaks` found, as the formats for CI servers read it from the findings of a report. */
export interface LeakFindings {
  readonly verdict: 'leaking' | 'not-leaking' | 'inconclusive'
  /** Why, in sentences; empty where the question gives none. */
  readonly reasons: readonly string[]
  readonly suspects: readonly ReportedSuspect[]
  readonly memory: readonly { readonly seconds: number }[]
  /** Whether a job is to fail, inconclusive answers included; absent where nobody said what is to fail. */
  readonly failing?: boolean
}

/** A suspect as far as the formats need it. */
export interface ReportedSuspect {
  readonly rank: number
  readonly fingerprint: string
  readonly headline: string
  readonly kind: string
  readonly holder: { readonly type: string; readonly name: string; readonly location: Place | null }
  readonly leaked: {
    readonly type: string
    readonly count: number
    readonly countPerRound: number
    readonly bytesPerRound: number
  }
  readonly path: readonly PathStep[]
  readonly evidence: {
    readonly hint?: string
    readonly allocatedAt?: readonly { readonly location: Place | null }[]
  }
  /** Against a baseline and the patterns to ignore; absent where there are none. */
  readonly status?: SuspectStatus
  /** Why it is ignored, or accepted in the baseline. */
  readonly reason?: string
  /** Whether it fails the job; absent where nobody said what is to fail. */
  readonly fails?: boolean
}

/**
 * What a suspect is to a team: `new` leaks fail a job, `faster` are known and grow faster than they did, `known` stand in the baseline,
 * `ignored` match a pattern. The last two never fail.
 */
export type SuspectStatus = 'new' | 'faster' | 'known' | 'ignored'

/** The findings of a report that has a verdict, else `undefined`. */
export function leakFindings({ findings }: Report): LeakFindings | undefined {
  if (findings?.verdict === undefined) return undefined
  return { reasons: [], suspects: [], memory: [], ...findings } as unknown as LeakFindings
}

/** Whether a suspect fails the job: where nobody said what is to fail, each one of a leaking program. */
export const failsJob = ({ fails }: ReportedSuspect, { verdict }: LeakFindings): boolean =>
  fails ?? verdict === 'leaking'

/** Where in the source to begin: where the retainer stands, else where the memory was allocated, else the last place on the path. */
export function placeOfSuspect({ holder, path, evidence }: ReportedSuspect): Place | undefined {
  const places = [
    holder.location,
    ...(evidence.allocatedAt ?? []).map(({ location }) => location),
    ...path.map(({ location }) => location).reverse(),
  ]
  return places.find(isProgramPlace)
}
