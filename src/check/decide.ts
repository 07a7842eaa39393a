import { LeakscopeError } from '../errors.js'
import type { Suspect } from '../growth/suspects/suspect.js'
import type { Verdict } from '../growth/verdict.js'
import { type Match, matching } from '../heap/text-match.js'
import type { SuspectStatus } from '../report/leak-findings.js'
import { type Baseline, perHour } from './baseline.js'

/**
 * What fails a job: a `new` leak (or a known one that grows faster), `any` leak that is not ignored, or also an
 * `inconclusive` check.
 */
export type FailOn = 'new' | 'any' | 'inconclusive'

const failOns: readonly FailOn[] = ['new', 'any', 'inconclusive']

/** Parses `--fail-on new,inconclusive`. Errors: USAGE. */
export function parseFailOn(text: string): FailOn[] {
  return text.split(',').map(word => {
    const found = failOns.find(each => each === word.trim())
    if (found !== undefined) return found
    throw new LeakscopeError('USAGE', `--fail-on takes ${failOns.join(', ')}, not ${JSON.stringify(word)}`, {
      hint: 'For example: --fail-on new,inconclusive.',
    })
  })
}

/** A pattern of leaks to ignore, and why. */
export interface Ignored {
  /** As given. */
  readonly text: string
  /** Whether a suspect matches. */
  matches(suspect: Suspect): boolean
  readonly reason: string | undefined
}

/**
 * Parses `--ignore`: a fingerprint, a text contained in the suspect's sentence, or a `/regex/`; after `#` the reason.
 * Errors: USAGE.
 */
export function parseIgnored(text: string): Ignored {
  const [, pattern, reason] = /^\s*(.*?)(?:\s+#\s*(.*?))?\s*$/s.exec(text)!
  if (pattern === '' || pattern!.startsWith('#')) {
    throw new LeakscopeError('USAGE', '--ignore names no leak', {
      hint: "Give a fingerprint or a pattern, and a reason if there is one: --ignore '1162e3f634ac # bounded by the catalogue'.",
    })
  }
  const match: Match = matching('--ignore', pattern!)
  return {
    text: pattern!,
    matches: ({ fingerprint, headline }) => fingerprint === pattern || match(headline),
    reason: reason || undefined,
  }
}

/** A team's rules for leaks. */
export interface Policy {
  readonly baseline?: Baseline | undefined
  readonly ignored: readonly Ignored[]
  readonly failOn: readonly FailOn[]
}

export type DecidedSuspect = Suspect & {
  readonly status: SuspectStatus
  readonly reason?: string
  readonly fails: boolean
}

/** The outcome of a check for a job. */
export interface Decision {
  readonly suspects: readonly DecidedSuspect[]
  /** Whether the job should fail. */
  readonly failing: boolean
  /** 0 nothing that fails, 1 fails, 3 inconclusive. */
  readonly exitCode: 0 | 1 | 3
}

/** The factor above which a known leak is called faster: rates vary on a busy machine. */
const fasterBy = 1.5

/**
 * Assigns each suspect its status, and decides whether the job fails. A known leak is faster only if it gains more both
 * per round and per hour, so that neither longer rounds nor a slower machine count.
 */
export function decide(
  { verdict, suspects }: { readonly verdict: Verdict; readonly suspects: readonly Suspect[] },
  { baseline, ignored, failOn }: Policy,
  roundSeconds: number,
): Decision {
  const decided = suspects.map((suspect): DecidedSuspect => {
    const { status, reason } = statusOf(suspect, baseline, ignored, roundSeconds)
    const pressing = status === 'new' || status === 'faster'
    const fails = verdict === 'leaking' && (pressing || (status === 'known' && failOn.includes('any')))
    return { ...suspect, status, ...(reason === undefined ? {} : { reason }), fails }
  })
  if (verdict === 'leaking') {
    const failing = decided.length === 0 || decided.some(({ fails }) => fails)
    return { suspects: decided, failing, exitCode: failing ? 1 : 0 }
  }
  const failing = verdict === 'inconclusive' && failOn.includes('inconclusive')
  return { suspects: decided, failing, exitCode: failing ? 1 : verdict === 'inconclusive' ? 3 : 0 }
}

function statusOf(
  suspect: Suspect,
  baseline: Baseline | undefined,
  ignored: readonly Ignored[],
  roundSeconds: number,
): { status: SuspectStatus; reason: string | undefined } {
  const rule = ignored.find(each => each.matches(suspect))
  if (rule !== undefined) return { status: 'ignored', reason: rule.reason }
  const known = baseline?.get(suspect.fingerprint)
  if (known === undefined) return { status: 'new', reason: undefined }
  const { bytesPerRound } = suspect.leaked
  const faster =
    bytesPerRound > fasterBy * known.bytesPerRound &&
    perHour(bytesPerRound, roundSeconds) > fasterBy * known.bytesPerHour
  return { status: faster ? 'faster' : 'known', reason: known.reason }
}
