import fc from 'fast-check'
import { expect, test } from 'vitest'
import { json } from '../../src/render/json.js'
import { wellFormed } from '../../src/render/plain-text.js'
import type { Report } from '../../src/report/report.js'
import { hostile, hostileReport, UNSAFE } from './hostile.js'
import { cycle, plainLook, reportOf } from './reports.js'

const envelope = {
  command: 'growth',
  target: { pid: 4121 },
  heaps: [
    {
      path: 'a.heapsnapshot',
      pid: 4121,
      nodeVersion: 'v20.20.2',
      capturedAt: '2026-11-22T17:00:00Z',
      nodes: 5,
      edges: 9,
      bytes: 640,
    },
  ],
}

function answer(report: Report): Record<string, unknown> {
  return JSON.parse(json.render(report, envelope, plainLook) as string)
}

test('an answer has its command, its heaps, its results, and what a check adds', () => {
  const report: Report = {
    title: 'Growth',
    sections: [],
    notes: ['412 more; raise --limit'],
    findings: { verdict: 'leaking', suspects: [] },
  }
  expect(answer(report)).toEqual({
    version: 1,
    ...envelope,
    sections: [],
    notes: report.notes,
    verdict: 'leaking',
    suspects: [],
  })
  expect(Object.keys(answer(report))).toEqual([
    'version',
    'command',
    'target',
    'heaps',
    'sections',
    'notes',
    'verdict',
    'suspects',
  ])
})

test('a table has its keys and units, and rows with only those keys', () => {
  const columns = [
    { key: 'type', title: 'type', unit: 'text' },
    { key: 'bytes', title: 'shallow', unit: 'bytes' },
  ] as const
  const rows = [{ type: 'Session', bytes: 640, inner: 1 }, { type: '(system)' }, { type: null, bytes: Infinity }]
  expect(answer(reportOf({ shape: 'table', title: 'Types', columns, rows })).sections).toEqual([
    {
      shape: 'table',
      title: 'Types',
      columns: [
        { key: 'type', unit: 'text' },
        { key: 'bytes', unit: 'bytes' },
      ],
      rows: [
        { type: 'Session', bytes: 640 },
        { type: '(system)', bytes: null },
        { type: null, bytes: null },
      ],
    },
  ])
})

test('a drawing has nodes and edges', () => {
  expect(answer(reportOf(cycle)).sections).toEqual([
    { shape: 'drawing', title: cycle.title, direction: 'refs', nodes: cycle.nodes, edges: cycle.edges },
  ])
})

test('series and paths are unchanged', () => {
  const series = {
    shape: 'series',
    title: 's',
    seconds: [0, 1],
    lines: [{ key: 'uss', title: 'USS', unit: 'bytes', values: [1, null] }],
  } as const
  const place = { file: 'a.ts', line: 1, column: 2 }
  const path = {
    shape: 'path',
    title: 'p',
    steps: [{ edge: '', type: 'A', name: '', id: 1, location: place }],
  } as const
  expect(answer(reportOf(series, path)).sections).toEqual([series, path])
})

test('strings are unchanged, except halves of surrogate pairs', () => {
  fc.assert(
    fc.property(hostile, text => {
      const { notes, sections } = answer({ title: '', notes: [text], sections: [{ ...cycle, title: text }] })
      expect(notes).toEqual([wellFormed(text)])
      expect(sections).toMatchObject([{ title: wellFormed(text) }])
    }),
  )
  expect(answer({ title: '', notes: ['\\ud800 \\\\ud800 \ud800'], sections: [] }).notes).toEqual([
    '\\ud800 \\\\ud800 \ufffd',
  ])
})

test('for any heap it is valid JSON, without control sequences for a terminal', () => {
  fc.assert(
    fc.property(hostileReport, report => {
      const written = json.render(report, envelope, plainLook) as string
      expect(written).not.toMatch(UNSAFE)
      expect(JSON.parse(written).sections).toHaveLength(report.sections.length)
    }),
  )
})
