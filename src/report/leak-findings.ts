import { isProgramPlace, type Place } from '../place.js'
import type { PathStep, Report } from './report.js'

/** The result of `check` and `leaks`, as the formats for CI servers read it from a report. */
export interface LeakFindings {
  readonly verdict: 'leaking' | 'not-leaking' | 'inconclusive'
  /** Reasons for the verdict, in sentences; may be empty. */
  readonly reasons: readonly string[]
  readonly suspects: readonly ReportedSuspect[]
  readonly memory: readonly { readonly seconds: number }[]
  /** Whether the job should fail, also on inconclusive answers; absent without rules for failing. */
  readonly failing?: boolean
}

/** The parts of a suspect that the formats need. */
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
  /** Compared with the baseline and the patterns to ignore; absent without them. */
  readonly status?: SuspectStatus
  /** The reason given for ignoring it, or for accepting it in the baseline. */
  readonly reason?: string
  /** Whether it fails the job; absent without rules for failing. */
  readonly fails?: boolean
}

/**
 * `new`: not in the baseline; `faster`: in the baseline, but grows faster now; `known`: in the baseline; `ignored`:
 * matches a pattern. The last two never fail a job.
 */
export type SuspectStatus = 'new' | 'faster' | 'known' | 'ignored'

/** The findings of a report with a verdict, otherwise `undefined`. */
export function leakFindings({ findings }: Report): LeakFindings | undefined {
  if (findings?.verdict === undefined) return undefined
  return { reasons: [], suspects: [], memory: [], ...findings } as unknown as LeakFindings
}

/** Whether a suspect fails the job. Without rules for failing, every suspect of a leaking program does. */
export const failsJob = ({ fails }: ReportedSuspect, { verdict }: LeakFindings): boolean =>
  fails ?? verdict === 'leaking'

/**
 * Where to start in the source: the retainer's location, otherwise the allocation site, otherwise the last location on
 * the path.
 */
export function placeOfSuspect({ holder, path, evidence }: ReportedSuspect): Place | undefined {
  const places = [
    holder.location,
    ...(evidence.allocatedAt ?? []).map(({ location }) => location),
    ...path.map(({ location }) => location).reverse(),
  ]
  return places.find(isProgramPlace)
}
