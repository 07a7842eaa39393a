import type { WatchState } from '../../src/watch/metrics.js'

/** The state of a watch whose last check found a leak. */
export const leakingState = (headline = 'Map sessions gains 10 Session per round'): WatchState => ({
  up: true,
  script: '/app/server.js',
  memory: { rss: 2e8, uss: 1.5e8, pss: null },
  last: {
    version: 1,
    at: '2026-11-29T14:00:00.000Z',
    trigger: 'schedule',
    pid: 7,
    startedAt: null,
    script: '/app/server.js',
    verdict: 'leaking',
    leaks: [{ fingerprint: '1162e3f634ac', headline, status: 'new', bytesPerRound: 1000, bytesPerHour: 360_000 }],
    memory: { heapUsed: 6e7, rss: 2e8, uss: 1.5e8 },
    standstill: 0.045,
    longestDelay: 0.016,
    seconds: 12,
    alerted: [],
  },
  checks: { 'not-leaking': 3, leaking: 1, inconclusive: 0 },
  failedChecks: 0,
  skippedChecks: 0,
  alerts: 1,
  failedAlerts: 0,
})
