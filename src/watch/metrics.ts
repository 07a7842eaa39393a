import type { PastCheck } from '../check/history.js'

/** The state of a watch, for metrics. */
export interface WatchState {
  /** Whether the target runs. */
  readonly up: boolean
  readonly script: string
  readonly memory: { readonly rss: number | null; readonly uss: number | null; readonly pss: number | null }
  /** The last check; `undefined` before the first. */
  readonly last: PastCheck | undefined
  readonly checks: Readonly<Record<PastCheck['verdict'], number>>
  readonly failedChecks: number
  readonly skippedChecks: number
  readonly alerts: number
  readonly failedAlerts: number
}

interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly samples: readonly Sample[]
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** The state of a watch as metrics, for Prometheus and OTLP. */
export function metricsOf(state: WatchState): Metric[] {
  const { last } = state
  const gauge = (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name,
    help,
    type: 'gauge',
    samples,
  })
  const counter = (name: string, help: string, samples: readonly Sample[]): Metric => ({
    name,
    help,
    type: 'counter',
    samples,
  })
  const one = (value: number | null | undefined): Sample[] => (value == null ? [] : [{ value }])
  const leaks = last?.leaks ?? []
  return [
    gauge('leakscope_target_up', 'Whether the target runs.', [
      { labels: { script: state.script }, value: Number(state.up) },
    ]),
    gauge('leakscope_target_memory_bytes', 'Memory of the target, by kind.', [
      ...kind('rss', state.memory.rss),
      ...kind('uss', state.memory.uss),
      ...kind('pss', state.memory.pss),
      ...kind('heap_used', last?.memory.heapUsed),
    ]),
    gauge('leakscope_verdict', 'The verdict of the last check: 0 not leaking, 1 leaking, 2 inconclusive.', [
      ...one(last && { 'not-leaking': 0, leaking: 1, inconclusive: 2 }[last.verdict]),
    ]),
    gauge('leakscope_suspects', 'Leaks that the last check found, by status.', suspectCounts(leaks)),
    gauge(
      'leakscope_suspect_bytes_per_hour',
      'Growth of a leak, by fingerprint.',
      leaks.map(({ fingerprint, status, headline, bytesPerHour }) => ({
        labels: { fingerprint, status, headline: headline.slice(0, 200) },
        value: bytesPerHour,
      })),
    ),
    gauge(
      'leakscope_last_check_timestamp_seconds',
      'When the last check ended.',
      one(last && Date.parse(last.at) / 1000),
    ),
    gauge('leakscope_last_check_duration_seconds', 'How long the last check took.', one(last?.seconds)),
    gauge(
      'leakscope_last_check_standstill_seconds',
      'How long the target was paused in the last check.',
      one(last?.standstill),
    ),
    gauge(
      'leakscope_last_check_delay_seconds',
      "The longest delay of the target's event loop in the last check.",
      one(last?.longestDelay),
    ),
    counter(
      'leakscope_checks_total',
      'Completed checks, by verdict.',
      Object.entries(state.checks).map(([verdict, value]) => ({ labels: { verdict }, value })),
    ),
    counter('leakscope_checks_failed_total', 'Checks that failed.', [{ value: state.failedChecks }]),
    counter('leakscope_checks_skipped_total', 'Checks skipped because memory was short.', [
      { value: state.skippedChecks },
    ]),
    counter('leakscope_alerts_total', 'Alerts sent.', [{ value: state.alerts }]),
    counter('leakscope_alerts_failed_total', 'Alerts that no receiver accepted.', [{ value: state.failedAlerts }]),
  ]
}

/** Prometheus' text format, version 0.0.4. */
export const prometheusText = (metrics: readonly Metric[]): string =>
  metrics
    .map(({ name, help, type, samples }) =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...samples.map(({ labels = {}, value }) => `${name}${labelText(labels)} ${value}`),
        '',
      ].join('\n'),
    )
    .join('')

/** The same for OpenTelemetry: the body of a POST to `/v1/metrics`, in OTLP's JSON. */
export function otlpBody(metrics: readonly Metric[], script: string, now: number = Date.now()): object {
  const timeUnixNano = `${Math.round(now)}000000`
  const attributes = (labels: Readonly<Record<string, string>>): object[] =>
    Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))
  const points = (samples: readonly Sample[]): object[] =>
    samples.map(({ labels = {}, value }) => ({ attributes: attributes(labels), timeUnixNano, asDouble: value }))
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributes({ 'service.name': 'leakscope', 'leakscope.target': script }) },
        scopeMetrics: [
          {
            scope: { name: 'leakscope' },
            metrics: metrics
              .filter(({ samples }) => samples.length > 0)
              .map(({ name, help, type, samples }) => ({
                name,
                description: help,
                ...(type === 'gauge'
                  ? { gauge: { dataPoints: points(samples) } }
                  : { sum: { dataPoints: points(samples), aggregationTemporality: 2, isMonotonic: true } }),
              })),
          },
        ],
      },
    ],
  }
}

const kind = (name: string, value: number | null | undefined): Sample[] =>
  value == null ? [] : [{ labels: { kind: name }, value }]

function suspectCounts(leaks: PastCheck['leaks']): Sample[] {
  return (['new', 'faster', 'known', 'ignored'] as const).map(status => ({
    labels: { status },
    value: leaks.filter(leak => leak.status === status).length,
  }))
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const given = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`)
  return given.length === 0 ? '' : `{${given.join(',')}}`
}

const escaped = (text: string): string =>
  text.replace(/[\\"\n]/g, character => ({ '\\': '\\\\', '"': '\\"', '\n': '\\n' })[character]!).replace(/\r/g, ' ')
