import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import type { Log } from 'sarif'
import { expect, test } from 'vitest'
import { sarif } from '../../src/render/sarif.js'
import type { Report } from '../../src/report/report.js'
import { runs } from '../support/runs.js'
import { UNSAFE } from './hostile.js'
import { hostileLeakReport, inCheckout, leakReport, sessions } from './leak-reports.js'
import { plainLook } from './reports.js'

const written = (report: Report): Log => JSON.parse(sarif.render(report, inCheckout, plainLook) as string)

test('a suspect is a result at its line, with its path as a flow and its fingerprint', () => {
  const [run] = written(leakReport({ suspects: [sessions] })).runs
  expect(run!.tool.driver.rules).toMatchObject([{ id: 'leak/map' }])
  expect(run!.results).toMatchObject([
    {
      ruleId: 'leak/map',
      ruleIndex: 0,
      level: 'error',
      message: { text: `${sessions.headline}. Delete entries when they end.` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'server/store.js' },
            region: { startLine: 6, startColumn: 29 },
          },
        },
      ],
      partialFingerprints: { 'leakscope/v1': '1162e3f634ac' },
    },
  ])
  expect(run!.results![0]!.codeFlows![0]!.threadFlows[0]!.locations).toMatchObject([
    { location: { physicalLocation: { artifactLocation: { uri: 'server/session.js' } } } },
  ])
})

test('a clean answer has no results', () => {
  expect(written(leakReport({ verdict: 'not-leaking' })).runs[0]!.results).toEqual([])
})

test('known leaks are unchanged, ignored ones are suppressed with their reason', () => {
  const suspects = [
    { ...sessions, status: 'known', fails: false },
    { ...sessions, status: 'ignored', reason: 'bounded', fails: false },
  ] as const
  expect(written(leakReport({ suspects })).runs[0]!.results).toMatchObject([
    { level: 'note', baselineState: 'unchanged' },
    { level: 'note', suppressions: [{ kind: 'external', justification: 'bounded' }] },
  ])
})

test('a file outside the checkout has its full path, and a non-file its URL', () => {
  const at = (file: string) => {
    const suspect = { ...sessions, holder: { ...sessions.holder, location: { file, line: 1, column: 1 } } }
    const [result] = written(leakReport({ suspects: [suspect] })).runs[0]!.results!
    return result!.locations![0]!.physicalLocation!.artifactLocation!.uri
  }
  expect(at('/usr/lib/a b.js')).toBe('file:///usr/lib/a%20b.js')
  expect(at('webpack://shop/src/a.ts')).toBe('webpack://shop/src/a.ts')
  expect(at('https://example.com"/a|b.js')).toBe('https://example.com%22/a%7Cb.js')
  expect(at('src/ü #1.ts')).toBe('src/%C3%BC%20%231.ts')
})

test('every heap string is text, and lines count from 1', () => {
  fc.assert(
    fc.property(hostileLeakReport, report => {
      const text = sarif.render(report, inCheckout, plainLook) as string
      expect(text).not.toMatch(UNSAFE)
      for (const { locations, codeFlows = [] } of written(report).runs[0]!.results!) {
        const flows = codeFlows.flatMap(flow => flow.threadFlows.flatMap(({ locations }) => locations))
        for (const { physicalLocation } of [...locations!, ...flows.map(({ location }) => location!)]) {
          if (physicalLocation === undefined) continue
          expect(physicalLocation.region!.startLine).toBeGreaterThan(0)
          expect(physicalLocation.artifactLocation!.uri).toMatch(/^[\w.~!*'()%/:;,?@&=+$#[\]-]*$/)
        }
      }
    }),
  )
})

const schemaFolder = process.env.LEAKSCOPE_SARIF_SCHEMA_DIR

test.skipIf(schemaFolder === undefined)(
  'the schema of SARIF 2.1.0 accepts it [skipped: .ci/fetch-sarif-schema <folder> fetches it, for LEAKSCOPE_SARIF_SCHEMA_DIR]',
  () => {
    const text = readFileSync(join(schemaFolder!, 'sarif-2.1.0.json'), 'utf8')
    // It is a draft 4 JSON schema, and uses nothing that later drafts interpret differently.
    const { $schema: _draft, id: _id, ...schema } = JSON.parse(text)
    // One of its patterns is a regular expression only without the u flag.
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
    addFormats.default(ajv)
    const accepts = ajv.compile(schema)
    const reports = [
      leakReport({ verdict: 'not-leaking' }),
      leakReport({ suspects: [{ ...sessions, status: 'ignored', reason: 'bounded', fails: false }] }),
      ...fc.sample(hostileLeakReport, { numRuns: runs(200), seed: 7 }),
    ]
    for (const report of reports) expect(accepts(written(report)), JSON.stringify(accepts.errors)).toBe(true)
    expect(accepts({ ...written(leakReport({})), version: '2.0.0' })).toBe(false)
  },
)
