import fc from 'fast-check'
import type { LeakFindings, ReportedSuspect } from '../../src/report/leak-findings.js'
import type { Report } from '../../src/report/report.js'
import { hostile } from './hostile.js'

/** The suspect of the shop that never evicts sessions. */
export const sessions: ReportedSuspect = {
  rank: 1,
  fingerprint: '1162e3f634ac',
  headline: 'Map sessions in server/store.js gains 462 Session per round (876.1 KB), in 5 of 5 heaps',
  kind: 'map',
  holder: { type: 'Map', name: 'sessions', location: { file: '/app/server/store.js', line: 6, column: 29 } },
  leaked: { type: 'Session', count: 1846, countPerRound: 461.5, bytesPerRound: 897156 },
  path: [
    { edge: '', type: '(system)', name: 'server/store.js', id: 1, location: null },
    { edge: '->sessions', type: 'Map', name: '2,191 entries', id: 2, location: null },
    {
      edge: '["8cab"]',
      type: 'Session',
      name: 'id "8cab"',
      id: 3,
      location: { file: '/app/server/session.js', line: 5, column: 14 },
    },
  ],
  evidence: { hint: 'Delete entries when they end.' },
}

/** The report of a leak check. */
export function leakReport(found: Partial<LeakFindings>, headline: string = sessions.headline): Report {
  const findings: LeakFindings = {
    verdict: 'leaking',
    reasons: [],
    suspects: [],
    memory: [{ seconds: 12.5 }],
    ...found,
  }
  return { title: headline, headline, sections: [], notes: [], findings: { ...findings } }
}

export const inCheckout = {
  command: 'check',
  target: { pid: 4121, title: 'server.js' },
  heaps: [],
  cwd: '/app',
} as const

const place = fc.option(fc.record({ file: hostile, line: fc.nat(), column: fc.nat() }), { nil: null })

/** Leak reports in which every string may be from somebody's heap. */
export const hostileLeakReport: fc.Arbitrary<Report> = fc
  .record({
    verdict: fc.constantFrom('leaking', 'not-leaking', 'inconclusive'),
    reasons: fc.array(hostile, { maxLength: 2 }),
    failing: fc.boolean(),
    headline: hostile,
    suspects: fc.array(
      fc.record(
        {
          headline: hostile,
          kind: fc.constantFrom('map', 'list'),
          holder: fc.record({ type: hostile, name: hostile, location: place }),
          leaked: fc.record({ type: hostile, count: fc.nat(), countPerRound: fc.nat(), bytesPerRound: fc.nat() }),
          path: fc.array(fc.record({ edge: hostile, type: hostile, name: hostile, id: fc.nat(), location: place }), {
            maxLength: 3,
          }),
          evidence: fc.record({ hint: hostile }),
          status: fc.constantFrom('new', 'faster', 'known', 'ignored'),
          reason: hostile,
          fails: fc.boolean(),
        },
        { requiredKeys: ['headline', 'kind', 'holder', 'leaked', 'path', 'evidence'] },
      ),
      { maxLength: 3 },
    ),
  })
  .map(({ headline, suspects, ...rest }) =>
    leakReport(
      { ...rest, suspects: suspects.map((suspect, at) => ({ ...suspect, rank: at + 1, fingerprint: 'abc' })) } as never,
      headline,
    ),
  )
