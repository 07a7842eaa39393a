import { existsSync } from 'node:fs'
import { LeakscopeError } from '../errors.js'
import type { Suspect } from '../growth/suspects/suspect.js'
import type { Verdict } from '../growth/verdict.js'
import { writePrivately } from '../private-file.js'
import { isRecord, numberOr, readJson } from './json-file.js'

/** A known leak. */
export interface KnownLeak {
  readonly fingerprint: string
  /** The headline when it was recorded, for people. */
  readonly headline: string
  readonly bytesPerRound: number
  readonly bytesPerHour: number
  /** When it was first recorded. */
  readonly since: string
  /** Why it is accepted, filled in by the team. Kept when the baseline is updated. */
  readonly reason?: string
}

/** Known leaks by fingerprint. */
export type Baseline = ReadonlyMap<string, KnownLeak>

/** Reads a baseline file. Errors: NOT_FOUND, USAGE. */
export function readBaseline(path: string): Baseline {
  const hint = 'Write one with --update-baseline.'
  const file = readJson(path, hint)
  if (!isRecord(file) || file.version !== 1 || !Array.isArray(file.leaks) || !file.leaks.every(isLeak)) {
    throw new LeakscopeError('USAGE', `${path} is not a baseline of leakscope`, { hint })
  }
  return new Map(file.leaks.map(leak => [leak.fingerprint, leak]))
}

function isLeak(leak: unknown): leak is KnownLeak {
  return (
    isRecord(leak) &&
    typeof leak.fingerprint === 'string' &&
    numberOr(leak.bytesPerRound) !== null &&
    numberOr(leak.bytesPerHour) !== null &&
    (leak.reason === undefined || typeof leak.reason === 'string')
  )
}

/**
 * Records the leaks of a check as known. Reasons and dates of known leaks are kept. A leak that was not found again is
 * removed, unless the check was inconclusive. Errors: OUTPUT, and those of reading the existing baseline.
 */
export function updateBaseline(
  path: string,
  { verdict, suspects }: { readonly verdict: Verdict; readonly suspects: readonly Suspect[] },
  roundSeconds: number,
): Baseline {
  const before = existsSync(path) ? readBaseline(path) : new Map<string, KnownLeak>()
  const now = new Date().toISOString()
  const kept = verdict === 'inconclusive' ? [...before] : []
  const found = suspects.map(({ fingerprint, headline, leaked: { bytesPerRound } }): [string, KnownLeak] => {
    const { since = now, reason } = before.get(fingerprint) ?? {}
    const rates = { bytesPerRound: Math.round(bytesPerRound), bytesPerHour: perHour(bytesPerRound, roundSeconds) }
    return [fingerprint, { fingerprint, headline, ...rates, since, ...(reason === undefined ? {} : { reason }) }]
  })
  const baseline = new Map([...kept, ...found])
  writePrivately(path, `${JSON.stringify({ version: 1, leaks: [...baseline.values()] }, null, 2)}\n`)
  return baseline
}

/** Converts bytes per round to bytes per hour. */
export const perHour = (bytesPerRound: number, roundSeconds: number): number =>
  roundSeconds > 0 ? Math.round((bytesPerRound / roundSeconds) * 3600) : 0
