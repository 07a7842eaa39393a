import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { alertedLeaks, type PastCheck, pastChecks, remember } from '../../src/check/history.js'
import { historyReport, leakHistories } from '../../src/check/history-report.js'

const deploys = ['2026-11-24T10:00:00.000Z', '2026-11-25T10:00:00.000Z', '2026-11-26T10:00:00.000Z']

/** A check of a deploy, by number, with the gain of each leak per hour. */
function check(hour: number, deploy: number, rates: Record<string, number>, more: Partial<PastCheck> = {}): PastCheck {
  const leaks = Object.entries(rates).map(([fingerprint, bytesPerHour]) => ({
    fingerprint,
    headline: `${fingerprint} grows`,
    status: 'new' as const,
    bytesPerRound: bytesPerHour / 100,
    bytesPerHour,
  }))
  return {
    version: 1,
    at: new Date(Date.UTC(2026, 10, 24, hour)).toISOString(),
    trigger: 'schedule',
    pid: 100 + deploy,
    startedAt: deploys[deploy]!,
    script: '/app/server.js',
    verdict: leaks.length > 0 ? 'leaking' : 'not-leaking',
    leaks,
    memory: { heapUsed: 1e6, rss: 2e6, uss: 1.5e6 + hour },
    standstill: 0.04,
    longestDelay: 0.01,
    seconds: 12,
    alerted: [],
    ...more,
  }
}

test('is read again, without the partial line of a killed watch, and only by its owner', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'deep', 'history.jsonl')
  remember(path, check(1, 0, {}))
  appendFileSync(path, '{"version":1,"at":"2026-11-\n[]\n{"version":2}\n')
  remember(path, check(2, 0, { a: 100 }))
  expect(pastChecks(path)).toEqual([check(1, 0, {}), check(2, 0, { a: 100 })])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(pastChecks(join(folder, 'none'))).toEqual([])
})

test('a leak is new, continues, grows, and is gone with a later deploy', () => {
  const checks = [
    check(1, 0, { steady: 100 }),
    check(2, 1, { steady: 110, growing: 100, paused: 5, fixed: 50 }),
    check(3, 1, { steady: 100, growing: 190, fixed: 50 }),
    check(4, 2, { steady: 120, growing: 200, new: 7 }, { startedAt: deploys[1]! }),
    check(5, 2, { steady: 120, growing: 200, brandNew: 7 }),
  ]
  expect(Object.fromEntries(leakHistories(checks).map(({ fingerprint, course }) => [fingerprint, course]))).toEqual({
    steady: 'steady',
    growing: 'growing',
    paused: 'gone',
    fixed: 'gone',
    new: 'gone',
    brandNew: 'new',
  })
  expect(leakHistories(checks).find(({ fingerprint }) => fingerprint === 'growing')).toMatchObject({
    since: checks[1]!.at,
    sinceDeploy: true,
    bytesPerHour: [null, 100, 190, 200, 200],
  })
  const report = historyReport(checks, 3)
  expect(report.headline).toMatch(/^3 leaks, 3 gone: brandNew grows, since the deploy checked first on /)
  expect(report.notes).toEqual(['2 earlier checks; raise --limit'])
})

test('a leak that is not seen in the same process may only pause', () => {
  const [paused] = leakHistories([check(1, 0, { a: 5 }), check(2, 0, {})])
  expect(paused!.course).toBe('not seen')
  expect(historyReport([], 5).headline).toBe('No check has been done yet.')
})

test('nobody is notified twice, even after a restart, unless a leak that was gone comes back', () => {
  const told = check(1, 0, { a: 5 }, { alerted: ['a'] })
  const there = (...more: PastCheck[]) => [...alertedLeaks([told, ...more])]
  expect(there()).toEqual(['a'])
  expect(there(check(2, 0, {}))).toEqual(['a'])
  expect(there(check(2, 1, { a: 6 }), check(3, 1, {}))).toEqual(['a'])
  expect(there(check(2, 1, {}, { verdict: 'inconclusive' }))).toEqual(['a'])
  expect(there(check(2, 1, {}))).toEqual([])
})
