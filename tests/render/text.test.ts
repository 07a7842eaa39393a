import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatNamed } from '../../src/render/index.js'
import { sparkline } from '../../src/render/sparkline.js'
import { text } from '../../src/render/text.js'
import { widthOf } from '../../src/render/text-width.js'
import { difference, shown } from '../../src/render/units.js'
import type { Path, Section, Series, Table } from '../../src/report/report.js'
import { counted, sized } from '../../src/units.js'
import { hostileReport, UNSAFE } from './hostile.js'
import { cycle, noEnvelope, plainLook, reportOf, sessions } from './reports.js'

const growth: Table = {
  shape: 'table',
  title: 'Types that gained objects',
  columns: [
    { key: 'type', title: 'type', unit: 'text' },
    { key: 'count', title: 'objects', unit: 'count' },
    { key: 'delta', title: 'gained', unit: 'change' },
    { key: 'bytes', title: 'shallow', unit: 'bytes' },
    { key: 'share', title: 'of heap', unit: 'percent' },
    { key: 'id', title: 'e.g.', unit: 'id' },
  ],
  rows: [
    { type: 'Session', count: 12034, delta: 1234, bytes: 5_242_880, share: 12.345, id: 1203 },
    { type: '会话 🚀', count: 7, delta: -2, bytes: 640, share: 0.04, id: null },
  ],
}

const memory: Series = {
  shape: 'series',
  title: 'Memory',
  seconds: [0, 1, 2, 3],
  lines: [
    { key: 'heapUsed', title: 'V8 heap used', unit: 'bytes', values: [1_048_576, 2_097_152, null, 8_388_608] },
    { key: 'uss', title: 'USS', unit: 'bytes', values: [5000, 5000, 5000, 5000] },
    { key: 'sockets', title: 'sockets', unit: 'count', values: [null, null, null, null] },
  ],
}

const path: Path = {
  shape: 'path',
  title: 'Session @3001: globalThis.sessions["user-7"]',
  steps: [
    { edge: '', type: '(GC roots)', name: '', id: 1, location: null },
    { edge: '[12]', type: 'Object', name: 'globalThis', id: 3, location: null },
    {
      edge: '.sessions',
      type: 'Map',
      name: '1,203 items',
      id: 2001,
      location: { file: 'src/store.ts', line: 4, column: 7 },
    },
    { edge: '["user-7"]', type: 'Session', name: '', id: 3001, location: null },
  ],
}

function written(section: Section, width = 100): string {
  return text.render(reportOf(section), noEnvelope, { color: false, width }) as string
}

test('a table has a header, right-aligned numbers and no borders', () => {
  expect(written(growth)).toMatchInlineSnapshot(`
    "type     objects  gained  shallow  of heap   e.g.
    Session   12,034  +1,234   5.0 MB   12.3 %  @1203
    会话 🚀        7      -2    640 B    0.0 %      –
    "
  `)
})

test('a truncated location keeps file and line; a function does not repeat its location', () => {
  const file = '/home/somebody/services/shop/src/store.js'
  const steps = [
    { edge: '', type: '(closure)', name: 'login  src/store.js:18:15', id: 5, location: { file, line: 18, column: 15 } },
    {
      edge: '->unit',
      type: '(closure)',
      name: 'work  src/work.js:2:1',
      id: 7,
      location: { file, line: 18, column: 15 },
    },
  ]
  expect(
    written({ ...path, steps }, 80)
      .split('\n')
      .slice(1),
  ).toEqual([
    '          function @5  login                  …/services/shop/src/store.js:18:15',
    '↓ ->unit  function @7  work  src/work.js:2:1  …/services/shop/src/store.js:18:15',
    '',
  ])
})

test('on a narrow terminal, texts are truncated and numbers are not', () => {
  const wordy: Table = {
    ...growth,
    rows: [{ type: 'AbstractSessionFactoryBeanProvider', count: 1, delta: 1, bytes: 1, share: 1, id: 1 }],
  }
  expect(written(wordy, 60)).toMatchInlineSnapshot(`
    "type                 objects  gained  shallow  of heap  e.g.
    AbstractSessionFac…        1      +1      1 B    1.0 %    @1
    "
  `)
})

test('a drawing is a ladder from the selected object', () => {
  expect(written(sessions)).toMatchInlineSnapshot(`
    "Session @3001 [3]  4 keys  (64 B, retains 4.2 KB)
    ├─ ["user-7"] ← Map @2001  1,203 items  (32 B, retains 5.0 MB)
    │  └─ .sessions ← module @1001  src/store.ts  (88 B, retains 5.7 MB)
    │     └─ .cache ← (GC roots) @1  (retains 7.0 MB)
    ├─ ->session ← function @2002  onTimeout  src/session.ts:31:7  (64 B, retains 96 B)
    │  ├─ ._onTimeout ← Timeout @1501  every 30000 ms  (120 B, retains 216 B)
    │  │  ├─ [12] ← (GC roots) @1 (shown elsewhere)
    │  │  └─ .timer ← ↺ Session @3001
    │  └─ … 412 more backreferences
    └─ [[WeakMap key]] ← WeakMap @2003  12 items  (24 B, retains 2.0 KB)
       └─ {7} ← Node / Environment @1502  (retains 8.8 KB)
    "
  `)
})

test('two arrays that retain each other are a cycle', () => {
  expect(written(cycle)).toMatchInlineSnapshot(`
    "Array @1203  4 items  (16 B, retains 128 B)
    └─ [3] → Array @1205  4 items  (16 B, retains 128 B)
       └─ [3] → ↺ Array @1203
    "
  `)
})

test('a series is a sparkline per line with its first and last values', () => {
  expect(written(memory)).toMatchInlineSnapshot(`
    "V8 heap used  ▁▂ █  1.0 MB  →  8.0 MB  +7.0 MB
    USS           ▁▁▁▁  4.9 KB  →  4.9 KB      0 B
    sockets                  –  →       –        –
    "
  `)
})

test('a path has a step per line, below its one-line form', () => {
  expect(written(path)).toMatchInlineSnapshot(`
    "Session @3001: globalThis.sessions["user-7"]
                  (GC roots) @1
    ↓ [12]        Object @3      globalThis
    ↓ .sessions   Map @2001      1,203 items  src/store.ts:4:7
    ↓ ["user-7"]  Session @3001
    "
  `)
})

test('empty sections print nothing, not even a title', () => {
  const empty: Table = { ...growth, rows: [] }
  expect(written(empty)).toBe('')
  expect(text.render(reportOf(), noEnvelope, plainLook)).toBe('')
  expect(text.render(reportOf(empty, cycle), noEnvelope, plainLook)).toBe(written(cycle))
})

test('several sections each have their title', () => {
  const both = text.render(reportOf(growth, cycle), noEnvelope, plainLook)
  expect(both).toBe(`${growth.title}\n${written(growth)}\n${cycle.title}\n${written(cycle)}`)
})

test('colour is used only on request', () => {
  const report = reportOf(growth, sessions, memory, path)
  const coloured = text.render(report, noEnvelope, { color: true, width: 100 }) as string
  expect(coloured).toContain('\x1b[')
  expect(stripVTControlCharacters(coloured)).toBe(text.render(report, noEnvelope, plainLook))
})

test('nothing from a heap controls a terminal', () => {
  fc.assert(
    fc.property(hostileReport, report => {
      expect(text.render(report, noEnvelope, plainLook)).not.toMatch(UNSAFE)
    }),
  )
})

test('heap strings add no lines', () => {
  fc.assert(
    fc.property(hostileReport, report => {
      // A letter in its place, not an empty string: a table whose titles are all empty has no header.
      const tame = JSON.parse(
        JSON.stringify(report, (_, value) => (typeof value === 'string' ? value.replaceAll('\n', 'n') : value)),
      )
      const lines = (of: typeof report) => (text.render(of, noEnvelope, plainLook) as string).split('\n').length
      expect(lines(report)).toBe(lines(tame))
    }),
  )
})

test('ladder lines are no wider than the terminal', () => {
  for (const line of written(sessions, 40).split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(40)
})

test('five thousand rows take hardly any time', () => {
  const row = growth.rows[0]!
  const started = performance.now()
  const many = written({ ...growth, rows: Array.from({ length: 5000 }, () => row) })
  expect(many.split('\n')).toHaveLength(5002)
  expect(performance.now() - started).toBeLessThan(1000)
})

test('sizes are divided by 1024 and change their unit when rounding reaches it', () => {
  expect(
    [0, 640, 1023, 1024, 1536, 1024 ** 2 - 1, 1024 ** 2, 5 * 1024 ** 3, 5000 * 1024 ** 3, -2048].map(sized),
  ).toEqual(['0 B', '640 B', '1,023 B', '1.0 KB', '1.5 KB', '1.0 MB', '1.0 MB', '5.0 GB', '5,000.0 GB', '-2.0 KB'])
})

test('numbers have their unit, and missing ones are a dash', () => {
  expect([counted(1234567), counted(0.5), counted(-0)]).toEqual(['1,234,567', '0.5', '0'])
  expect([shown(12, 'change'), shown(0, 'change'), shown(-1200, 'change')]).toEqual(['+12', '0', '-1,200'])
  expect([
    shown(99.96, 'percent'),
    shown(1203, 'id'),
    shown(null, 'bytes'),
    shown(undefined, 'text'),
    shown(NaN, 'count'),
  ]).toEqual(['100.0 %', '@1203', '–', '–', '–'])
  expect([
    difference(2048, 'bytes'),
    difference(-5, 'count'),
    difference(5, 'change'),
    difference(null, 'bytes'),
  ]).toEqual(['+2.0 KB', '-5', '+5', '–'])
})

test('text is the format of that name', () => {
  expect(formatNamed('text')).toBe(text)
})

test('the title of a path breaks between words', () => {
  const title = '1. Map sessions in server/store.js gains 452 Session per round. Delete entries when they end.'
  const lines = String(text.render(reportOf({ ...path, title }), noEnvelope, { color: false, width: 40 })).split('\n')
  expect(lines.slice(0, 3)).toEqual([
    '1. Map sessions in server/store.js gains',
    '452 Session per round. Delete entries',
    'when they end.',
  ])
})

test('16 bytes of 2 MB are not a steep curve', () => {
  expect(sparkline([2_097_168, 2_097_152, 2_097_152])).toBe('▁▁▁')
  expect(sparkline([2_097_152, 2_197_152, 2_297_152])).toBe('▁▅█')
  expect(sparkline([0, 0])).toBe('▁▁')
})

test('values that are useless in part are not truncated, even on a narrow terminal', () => {
  const table: Table = {
    shape: 'table',
    title: 'Suspects',
    columns: [
      { key: 'holder', title: 'Retained by', unit: 'text' },
      { key: 'fingerprint', title: 'Fingerprint', unit: 'text', whole: true },
    ],
    rows: [{ holder: 'module.exports.auditLog.pending', fingerprint: '97e5158ac7a1' }],
  }
  const shown = String(text.render(reportOf(table), noEnvelope, { color: false, width: 30 }))
  expect(shown).toContain('module.exports.…  97e5158ac7a1')
})
