import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csv } from '../../src/render/csv.js'
import { plain } from '../../src/render/plain-text.js'
import type { Table } from '../../src/report/report.js'
import { hostile } from './hostile.js'
import { cycle, noEnvelope, plainLook, reportOf } from './reports.js'

const types: Table = {
  shape: 'table',
  title: 'Types',
  columns: [
    { key: 'type', title: 'type', unit: 'text' },
    { key: 'delta', title: 'gained', unit: 'change' },
  ],
  rows: [
    { type: 'Session', delta: -12 },
    { type: 'a "b", c', delta: null },
    { type: '=HYPERLINK("http://x")', delta: NaN },
  ],
}

function written(...sections: Parameters<typeof reportOf>): string {
  return csv.render(reportOf(...sections), noEnvelope, plainLook) as string
}

/** RFC 4180, parsed in the obvious manner. */
function read(text: string): string[][] {
  const records: string[][] = []
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    const at = records.length === 0 || records.at(-1)!.at(-1) === '\r\n' ? records.push([]) - 1 : records.length - 1
    records[at]!.push(quoted?.replaceAll('""', '"') ?? bare!)
    if (end === '\r\n') records[at]!.push('\r\n')
  }
  return records.map(record => record.slice(0, -1))
}

test('one table is one plain file, with bare numbers and no formulas', () => {
  expect(written(types)).toBe('type,delta\r\nSession,-12\r\n"a ""b"", c",\r\n"\'=HYPERLINK(""http://x"")",\r\n')
})

test('several sections have their titles as headings', () => {
  const series = {
    shape: 'series',
    title: 'Memory',
    seconds: [0, 5],
    lines: [{ key: 'uss', title: 'USS', unit: 'bytes', values: [1, null] }],
  } as const
  const path = {
    shape: 'path',
    title: 'Path',
    steps: [{ edge: '.a', type: 'A', name: '', id: 1, location: null }],
  } as const
  expect(written(series, path)).toBe(
    'Memory\r\nseconds,uss\r\n0,1\r\n5,\r\n\r\nPath\r\nedge,type,name,id,file,line,column\r\n.a,A,,1,,,\r\n',
  )
})

test('drawings are left out, and an empty answer is a file without records', () => {
  expect(written(cycle)).toBe('')
  expect(written(cycle, types)).toBe(written(types))
})

test.each(['=1', '＝1', '＋1', '－1', '＠SUM(1)', '﹦1', ' ＝1', '\t1'])('%j is no formula', type => {
  expect(written({ ...types, rows: [{ type, delta: 1 }] })).toMatch(/\n"?'/)
})

test('a text is written plain, with an apostrophe if a spreadsheet would calculate it', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1 }), texts => {
      const rows = texts.map(type => ({ type, delta: 1 }))
      const cells = read(written({ ...types, rows }))
        .slice(1)
        .map(([type]) => type)
      expect(cells.map(cell => cell!.replace(/^'/, ''))).toEqual(texts.map(text => plain(text).replace(/^'/, '')))
      for (const cell of cells) expect(cell!.normalize('NFKC')).not.toMatch(/^\s*[=+\-@]/)
    }),
  )
})
