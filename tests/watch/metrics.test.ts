import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { metricsOf, otlpBody, prometheusText, type WatchState } from '../../src/watch/metrics.js'
import { hostile } from '../render/hostile.js'
import { leakingState as state } from './states.js'

const text = (of: WatchState): string => prometheusText(metricsOf(of))

test('one sample per leak, with its fingerprint', () => {
  expect(text(state()).match(/^leakscope_suspect_bytes_per_hour\{.*$/gm)).toEqual([
    'leakscope_suspect_bytes_per_hour{fingerprint="1162e3f634ac",status="new",headline="Map sessions gains 10 Session per round"} 360000',
  ])
  expect(text(state())).toContain('leakscope_checks_total{verdict="not-leaking"} 3\n')
  expect(text(state())).not.toContain('kind="pss"')
})

test('no metrics of a check before the first check', () => {
  const before = text({ ...state(), last: undefined })
  expect(before).not.toMatch(/^leakscope_verdict /m)
  expect(before).toContain('leakscope_target_up{script="/app/server.js"} 1\n')
})

test('a heap string stays inside its label', () => {
  fc.assert(
    fc.property(hostile, headline => {
      for (const line of text(state(headline)).split('\n').filter(Boolean)) {
        expect(line).toMatch(/^(#|[a-z_]+(\{(\w+="([^"\\\n]|\\["\\n])*",?)+\})? -?[\d.e+]+$)/)
      }
    }),
  )
})

test.skipIf(spawnSync('promtool', ['--version']).status !== 0)('Prometheus finds nothing to complain about', () => {
  const { status, stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], {
    input: text(state('"\\\n')),
    encoding: 'utf8',
  })
  expect(status, stderr + stdout).toBe(0)
})

test('OTLP has the same metrics, with counters as monotonic sums', () => {
  const { resourceMetrics } = otlpBody(metricsOf(state()), '/app/server.js', 1) as {
    resourceMetrics: { scopeMetrics: { metrics: { name: string; gauge?: unknown; sum?: unknown }[] }[] }[]
  }
  const { metrics } = resourceMetrics[0]!.scopeMetrics[0]!
  expect(metrics.find(({ name }) => name === 'leakscope_checks_total')!.sum).toMatchObject({
    isMonotonic: true,
    aggregationTemporality: 2,
  })
  expect(metrics.find(({ name }) => name === 'leakscope_suspect_bytes_per_hour')!.gauge).toMatchObject({
    dataPoints: [{ asDouble: 360_000, timeUnixNano: '1000000' }],
  })
})
