import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { LeakscopeError } from '../errors.js'
import type { Verdict } from '../growth/verdict.js'
import type { SuspectStatus } from '../report/leak-findings.js'
import { isRecord, numberOr } from './json-file.js'

/** A leak found by a check, in the history. */
export interface PastLeak {
  readonly fingerprint: string
  readonly headline: string
  readonly status: SuspectStatus
  readonly bytesPerRound: number
  readonly bytesPerHour: number
}

/** A check in the history: one line of JSON. */
export interface PastCheck {
  readonly version: 1
  /** When it ended. */
  readonly at: string
  /** What started the check. */
  readonly trigger: 'schedule' | 'memory'
  readonly pid: number | null
  /** When the process started: a different time means a different deploy. */
  readonly startedAt: string | null
  readonly script: string
  readonly verdict: Verdict
  readonly leaks: readonly PastLeak[]
  /** Bytes at the last round; `null` if not available. */
  readonly memory: { readonly heapUsed: number | null; readonly rss: number | null; readonly uss: number | null }
  /**
   * Seconds that the process was paused for all captures; `longestDelay` is the longest delay of its event loop by one.
   */
  readonly standstill: number
  readonly longestDelay: number | null
  readonly seconds: number
  /** Fingerprints for which an alert was sent after this check. */
  readonly alerted: readonly string[]
}

/** The maximum size of the file, at which its older half is dropped: years of checks every half hour. */
const maxBytes = 8 * 1024 * 1024

/** Appends a check to a history file, readable only by its user. Errors: OUTPUT. */
export function remember(path: string, check: PastCheck): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = openSync(path, 'a', 0o600)
    let size: number
    try {
      appendFileSync(file, `${JSON.stringify(check)}\n`)
      size = fstatSync(file).size
    } finally {
      closeSync(file)
    }
    if (size > maxBytes) halve(path)
  } catch (cause) {
    throw new LeakscopeError('OUTPUT', `${path} cannot be written: ${(cause as Error).message}`, {
      hint: 'Name a file in a writable folder with --history.',
      cause,
    })
  }
}

/**
 * The checks in a history file, oldest first; none without a file. Invalid lines are skipped: a killed watch may have
 * left a partial one. Errors: NOT_FOUND if the file cannot be read.
 */
export function pastChecks(path: string): PastCheck[] {
  if (!existsSync(path)) return []
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new LeakscopeError('NOT_FOUND', `${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  return text.split('\n').flatMap(line => {
    try {
      const check: unknown = JSON.parse(line)
      return isPastCheck(check) ? [check] : []
    } catch {
      return []
    }
  })
}

function halve(path: string): void {
  const lines = readFileSync(path, 'utf8').split('\n')
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, lines.slice(lines.length >> 1).join('\n'), { mode: 0o600, flag: 'wx' })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function isPastCheck(check: unknown): check is PastCheck {
  return (
    isRecord(check) &&
    check.version === 1 &&
    typeof check.at === 'string' &&
    !Number.isNaN(Date.parse(check.at)) &&
    typeof check.script === 'string' &&
    ['leaking', 'not-leaking', 'inconclusive'].includes(check.verdict as string) &&
    isRecord(check.memory) &&
    Array.isArray(check.alerted) &&
    Array.isArray(check.leaks) &&
    check.leaks.every(
      leak =>
        isRecord(leak) &&
        typeof leak.fingerprint === 'string' &&
        typeof leak.headline === 'string' &&
        numberOr(leak.bytesPerHour) !== null,
    )
  )
}

/**
 * Leaks that were reported and are not known to be gone, which are not reported again. A leak is gone when a later
 * process of the same program is checked without it; within one process it may only pause.
 */
export function alertedLeaks(checks: readonly PastCheck[]): Set<string> {
  const alertedSince = new Map<string, string | null>()
  for (const { alerted, leaks, startedAt, verdict } of checks) {
    for (const fingerprint of alerted) alertedSince.set(fingerprint, startedAt)
    if (verdict === 'inconclusive') continue
    for (const [fingerprint, since] of alertedSince) {
      const there = leaks.some(leak => leak.fingerprint === fingerprint)
      if (there) alertedSince.set(fingerprint, startedAt)
      else if (since !== startedAt) alertedSince.delete(fingerprint)
    }
  }
  return new Set(alertedSince.keys())
}
