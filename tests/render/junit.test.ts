import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { junit } from '../../src/render/junit.js'
import type { Report } from '../../src/report/report.js'
import { runs } from '../support/runs.js'
import { UNSAFE } from './hostile.js'
import { hostileLeakReport, inCheckout, leakReport, sessions } from './leak-reports.js'
import { plainLook } from './reports.js'
import { elementsOf, readXml } from './xml.js'

const written = (report: Report): string => junit.render(report, inCheckout, plainLook) as string
const elements = (report: Report, name: string) =>
  elementsOf(readXml(written(report))).filter(each => each.name === name)

const hasXmllint = spawnSync('xmllint', ['--version']).status === 0

test('a leak is one failure, with a name that is stable between runs', () => {
  const report = leakReport({ suspects: [sessions] })
  expect(elements(report, 'testcase')).toMatchObject([
    {
      attributes: { classname: 'leakscope.check.server.js', name: 'sessions does not gain Session (1162e3f634ac)' },
    },
  ])
  expect(elements(report, 'failure')).toMatchObject([{ attributes: { type: 'leak', message: sessions.headline } }])
  expect(written(report)).toContain('tests="1" failures="1" errors="0" skipped="0" time="12.500"')
  expect(written(report)).toContain('at /app/server/store.js:6:29')
})

test('a clean answer is one passing case', () => {
  const report = leakReport({ verdict: 'not-leaking' })
  expect(elements(report, 'testcase')).toMatchObject([{ attributes: { name: 'no new leak' }, children: [] }])
})

test('known and ignored leaks are skipped, with the reason', () => {
  const known = { ...sessions, status: 'ignored', reason: 'a cache, bounded by the catalogue', fails: false } as const
  const report = leakReport({ suspects: [known] })
  expect(elements(report, 'failure')).toEqual([])
  expect(elements(report, 'skipped')[0]!.attributes.message).toMatch(/^ignored: .*: a cache, bounded by the catalogue$/)
  expect(elements(report, 'testcase').at(-1)!.attributes.name).toBe('no new leak')
})

test('an inconclusive answer is skipped, and fails only a job that requests it', () => {
  const answer = { verdict: 'inconclusive', reasons: ['3 rounds are too few.'] } as const
  expect(elements(leakReport(answer, 'Inconclusive'), 'skipped')).toHaveLength(1)
  expect(elements(leakReport({ ...answer, failing: true }, 'Inconclusive'), 'failure')).toHaveLength(1)
})

test('heap strings cannot leave their attribute', () => {
  fc.assert(
    fc.property(hostileLeakReport, report => {
      const text = written(report)
      expect(text).not.toMatch(UNSAFE)
      const [suite] = elementsOf(readXml(text)).filter(({ name }) => name === 'testsuite')
      expect(Number(suite!.attributes.tests)).toBe(elements(report, 'testcase').length)
      expect(Number(suite!.attributes.failures)).toBe(elements(report, 'failure').length)
    }),
  )
})

test.skipIf(!hasXmllint)('the schema of CI servers accepts it', () => {
  const reports = [
    leakReport({ suspects: [sessions] }),
    ...fc.sample(hostileLeakReport, { numRuns: runs(20), seed: 7 }),
  ]
  for (const report of reports) {
    const { status, stderr } = spawnSync(
      'xmllint',
      ['--noout', '--schema', join(import.meta.dirname, 'junit.xsd'), '-'],
      {
        input: written(report),
        encoding: 'utf8',
      },
    )
    expect(status, stderr).toBe(0)
  }
})
