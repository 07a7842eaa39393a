import type { Report, Row } from '../report/report.js'
import { sized } from '../units.js'
import type { PastCheck } from './history.js'

/**
 * The course of a leak over the checks of a history:
 * - `new`: the last check is the first that found it; `growing`, `steady`: it continues, faster than at first or not
 * - `gone`: a later deploy was checked without it; `not seen`: the last checks of the same process did not find it
 */
export type LeakCourse = 'new' | 'growing' | 'steady' | 'gone' | 'not seen'

export interface LeakHistory {
  readonly fingerprint: string
  readonly headline: string
  readonly course: LeakCourse
  /** When it was first found; `sinceDeploy`: whether that was the first check of a deploy. */
  readonly since: string
  readonly sinceDeploy: boolean
  readonly last: string
  /** By check; `null` if it was not found. */
  readonly bytesPerHour: readonly (number | null)[]
}

/** The factor above which a leak is reported as growing. */
const fasterBy = 1.5

/** The leaks of a history, continuing ones first. */
export function leakHistories(checks: readonly PastCheck[]): LeakHistory[] {
  const fingerprints = [...new Set(checks.flatMap(({ leaks }) => leaks.map(({ fingerprint }) => fingerprint)))]
  return fingerprints
    .map(fingerprint => historyOf(fingerprint, checks))
    .sort((a, b) => order.indexOf(a.course) - order.indexOf(b.course) || b.last.localeCompare(a.last))
}

const order: readonly LeakCourse[] = ['new', 'growing', 'steady', 'not seen', 'gone']

function historyOf(fingerprint: string, checks: readonly PastCheck[]): LeakHistory {
  const found = checks.map(({ leaks }) => leaks.find(leak => leak.fingerprint === fingerprint))
  const first = found.findIndex(leak => leak !== undefined)
  const last = found.findLastIndex(leak => leak !== undefined)
  const rates = found.flatMap(leak => (leak === undefined ? [] : [leak.bytesPerHour]))
  return {
    fingerprint,
    headline: found[last]!.headline,
    course: courseOf(checks, first, last, rates),
    since: checks[first]!.at,
    sinceDeploy: first > 0 && checks[first - 1]!.startedAt !== checks[first]!.startedAt,
    last: checks[last]!.at,
    bytesPerHour: found.map(leak => leak?.bytesPerHour ?? null),
  }
}

function courseOf(checks: readonly PastCheck[], first: number, last: number, rates: readonly number[]): LeakCourse {
  const later = checks.slice(last + 1).filter(({ verdict }) => verdict !== 'inconclusive')
  if (later.length > 0) {
    return later.some(({ startedAt }) => startedAt !== checks[last]!.startedAt) ? 'gone' : 'not seen'
  }
  if (first === last && last === checks.length - 1) return 'new'
  return rates.at(-1)! > fasterBy * rates[0]! ? 'growing' : 'steady'
}

/** The history of checks as a report: memory over time, leaks by fingerprint, the last checks. */
export function historyReport(checks: readonly PastCheck[], most: number): Report {
  const leaks = leakHistories(checks)
  const going = leaks.filter(({ course }) => course !== 'gone' && course !== 'not seen')
  const start = checks.length === 0 ? 0 : Date.parse(checks[0]!.at)
  const shown = checks.slice(-most)
  return {
    title: 'Checks',
    headline: headlineOf(checks, leaks, going),
    sections:
      checks.length === 0
        ? []
        : [
            {
              shape: 'series',
              title: 'Memory at each check',
              seconds: checks.map(({ at }) => (Date.parse(at) - start) / 1000),
              lines: [
                {
                  key: 'uss',
                  title: 'USS',
                  unit: 'bytes' as const,
                  values: checks.map(({ memory }) => memory.uss ?? null),
                },
                {
                  key: 'rss',
                  title: 'RSS',
                  unit: 'bytes' as const,
                  values: checks.map(({ memory }) => memory.rss ?? null),
                },
                {
                  key: 'heapUsed',
                  title: 'V8 heap',
                  unit: 'bytes' as const,
                  values: checks.map(({ memory }) => memory.heapUsed ?? null),
                },
                ...going.map(({ fingerprint, bytesPerHour }) => ({
                  key: fingerprint,
                  title: `${fingerprint} per hour`,
                  unit: 'bytes' as const,
                  values: bytesPerHour,
                })),
              ].filter(({ values }) => values.some(value => value !== null)),
            },
            ...(leaks.length === 0 ? [] : [leakTable(leaks)]),
            checkTable(shown),
          ],
    notes: shown.length < checks.length ? [`${checks.length - shown.length} earlier checks; raise --limit`] : [],
    findings: { checks: checks.length, leaks },
  }
}

function headlineOf(
  checks: readonly PastCheck[],
  leaks: readonly LeakHistory[],
  going: readonly LeakHistory[],
): string {
  if (checks.length === 0) return 'No check has been done yet.'
  const gone = leaks.length - going.length
  const past = gone === 0 ? '' : `, ${gone} gone`
  if (going.length === 0) return `Nothing leaks; ${checks.length} checks since ${moment(checks[0]!.at)}${past}`
  const [first] = going
  return `${going.length} ${going.length === 1 ? 'leak' : 'leaks'}${past}: ${first!.headline}, ${sinceOf(first!)}`
}

const leakTable = (leaks: readonly LeakHistory[]): Report['sections'][number] => ({
  shape: 'table',
  title: 'Leaks by fingerprint',
  columns: [
    { key: 'fingerprint', title: 'Fingerprint', unit: 'text' },
    { key: 'course', title: 'Now', unit: 'text' },
    { key: 'since', title: 'Since', unit: 'text' },
    { key: 'last', title: 'Last seen', unit: 'text' },
    { key: 'perHour', title: 'Per hour', unit: 'text' },
    { key: 'headline', title: 'Leak', unit: 'text' },
  ],
  rows: leaks.map(leak => ({
    fingerprint: leak.fingerprint,
    course: leak.course,
    since: sinceOf(leak),
    last: moment(leak.last),
    perHour: rates(leak.bytesPerHour),
    headline: leak.headline,
  })),
})

const checkTable = (checks: readonly PastCheck[]): Report['sections'][number] => ({
  shape: 'table',
  title: 'Checks',
  columns: [
    { key: 'at', title: 'At', unit: 'text' },
    { key: 'pid', title: 'Pid', unit: 'text' },
    { key: 'verdict', title: 'Verdict', unit: 'text' },
    { key: 'uss', title: 'USS', unit: 'bytes' },
    { key: 'standstill', title: 'Pause', unit: 'text' },
    { key: 'leak', title: 'Leak', unit: 'text' },
  ],
  rows: checks.map(
    ({ at, pid, verdict, memory, standstill, leaks }): Row => ({
      at: moment(at),
      pid: String(pid ?? ''),
      verdict,
      uss: memory.uss ?? null,
      standstill: `${Math.round(numberOrZero(standstill) * 1000)} ms`,
      leak: leaks.map(({ fingerprint }) => fingerprint).join(' '),
    }),
  ),
})

const numberOrZero = (value: unknown): number => (typeof value === 'number' ? value : 0)

const sinceOf = ({ since, sinceDeploy }: LeakHistory): string =>
  `since ${sinceDeploy ? 'the deploy checked first on ' : ''}${moment(since)}`

/** `Sun 2026-11-29 14:00`, in local time. */
function moment(at: string): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${DAYS[date.getDay()]} ${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

function rates(values: readonly (number | null)[]): string {
  const had = values.filter(value => value !== null)
  const [first, last] = [had[0]!, had.at(-1)!]
  return had.length === 1 ? sized(first) : `${sized(first)} → ${sized(last)}`
}
