import { type FixedLeak, type FixOutcome, overall } from '../check/against.js'
import type { DecidedSuspect, Decision } from '../check/decide.js'
import type { CheckPlan } from '../check/plan.js'
import type { Answers } from '../load/http-load.js'
import type { Report, Row, Table } from '../report/report.js'
import { counted } from '../units.js'
import type { ProgramRun } from './check-program.js'

/** Everything that the report of a check needs. */
export interface CheckStory {
  readonly run: ProgramRun
  readonly plan: CheckPlan
  readonly decision: Decision
  /** Whether there are rules about known leaks; without them the report does not mention new and known leaks. */
  readonly decided: boolean
  readonly against?: readonly FixedLeak[] | undefined
}

/**
 * The report of a check: the suspects, which of them are known, what became of the leaks of an earlier check, and
 * latencies of the requests.
 */
export function checkReport({ run, plan, decision, decided, against }: CheckStory): Report {
  const { result, work, answers, captures, members } = run
  const suspects = decided ? decision.suspects : result.suspects
  const outcome = against === undefined ? undefined : overall(against)
  return {
    ...result.report,
    headline: headlineOf(result.report, decision, against, outcome),
    sections: [
      ...(against === undefined ? [] : [againstTable(against)]),
      ...(decided && decision.suspects.length > 0 ? [decisionTable(decision.suspects)] : []),
      ...result.report.sections,
      ...(answers === undefined ? [] : [requestTable(answers.inRounds, answers.whileCapturing)]),
    ],
    notes: [...result.report.notes, ...run.notes, ...run.costs.kept],
    findings: {
      ...result.report.findings,
      suspects,
      ...(decided ? { failing: decision.failing } : {}),
      plan,
      work,
      ...(answers === undefined ? {} : { load: { ...answers.inRounds, whileCapturing: answers.whileCapturing } }),
      ...(against === undefined ? {} : { against: { outcome, leaks: against } }),
      ...(members === undefined ? {} : { members }),
      captures,
    },
  }
}

const outcomes: Readonly<Record<FixOutcome, string>> = {
  fixed: 'Fixed',
  'not-fixed': 'Not fixed',
  'cannot-tell': 'Cannot tell whether it is fixed',
}

function headlineOf(
  { headline = '', title }: Report,
  { failing, suspects }: Decision,
  against: readonly FixedLeak[] | undefined,
  outcome: FixOutcome | undefined,
): string {
  if (against !== undefined && outcome !== undefined) {
    const first = against.find(leak => leak.outcome === outcome) ?? against[0]!
    return `${outcomes[outcome]}: ${first.headline}. ${first.because}`
  }
  const first = suspects.find(({ fails }) => fails) ?? suspects[0]
  if (!headline.startsWith('Leaking') || first === undefined) return headline || title
  return `${failing ? 'Leaking' : 'Leaking, nothing new'}: ${first.headline}`
}

const againstTable = (leaks: readonly FixedLeak[]): Table => ({
  shape: 'table',
  title: 'Against the earlier check',
  columns: text(['outcome', 'Outcome'], ['fingerprint', 'Fingerprint'], ['headline', 'Leak'], ['because', 'Why']),
  rows: leaks.map((leak): Row => ({ ...leak })),
})

const decisionTable = (suspects: readonly DecidedSuspect[]): Table => ({
  shape: 'table',
  title: 'What the team knows',
  columns: text(['fingerprint', 'Fingerprint'], ['status', 'Status'], ['reason', 'Reason'], ['headline', 'Leak']),
  rows: suspects.map(({ fingerprint, status, reason = null, headline }) => ({ fingerprint, status, reason, headline })),
})

const requestTable = (inRounds: Answers, whileCapturing: Answers): Table => ({
  shape: 'table',
  title: 'Requests',
  columns: [
    { key: 'when', title: 'When', unit: 'text' },
    { key: 'requests', title: 'Requests', unit: 'count' },
    { key: 'lost', title: 'Lost', unit: 'count' },
    ...text(['p50', 'p50'], ['p99', 'p99'], ['slowest', 'Slowest']),
  ],
  rows: [
    row('in the rounds', inRounds),
    ...(whileCapturing.requests === 0 ? [] : [row('while heaps were captured', whileCapturing)]),
  ],
})

const row = (when: string, { requests, lost, p50, p99, slowest }: Answers): Row => ({
  when,
  requests,
  lost,
  p50: milliseconds(p50),
  p99: milliseconds(p99),
  slowest: milliseconds(slowest),
})

const milliseconds = (value: number | null): string | null => (value === null ? null : `${counted(value)} ms`)

const text = (...columns: readonly (readonly [string, string])[]): Table['columns'] =>
  columns.map(([key, title]) => ({ key, title, unit: 'text' }))
