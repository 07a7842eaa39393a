import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markdown } from '../../src/render/markdown.js'
import type { Table } from '../../src/report/report.js'
import { hostile, hostileReport, UNSAFE } from './hostile.js'
import { noEnvelope, plainLook, reportOf, sessions } from './reports.js'

const found: Table = {
  shape: 'table',
  title: 'Found',
  columns: [
    { key: 'id', title: 'object', unit: 'id' },
    { key: 'type', title: 'type', unit: 'text' },
    { key: 'retained', title: 'retained', unit: 'bytes' },
  ],
  rows: [
    { id: 1203, type: 'Session', retained: 4096 },
    { id: 1205, type: 'a|b `c` <img src=x> @octocat [x](https://example.com)', retained: null },
  ],
}

test('tables are tables', () => {
  expect(
    markdown.render({ title: 'Found', sections: [found], notes: ['3 more; raise --limit'] }, noEnvelope, plainLook),
  ).toMatchInlineSnapshot(`
    "## Found

    | object | type | retained |
    | ---: | --- | ---: |
    | \`@1203\` | Session | 4.0 KB |
    | \`@1205\` | a\\|b \\\`c\\\` &lt;img src=x&gt; @<!-- -->octocat \\[x\\](https:<!-- -->//example.com) | – |

    > 3 more; raise --limit
    "
  `)
})

test('what GitHub would link in running text is not linked', () => {
  const rows = [
    'see GH-12',
    'TICKET_A-7',
    'me@example.com',
    'octo/cat#1',
    '!1',
    '＠octocat',
    'utf-8',
    'a-b',
    '-1',
    '1-2',
  ].map(type => ({ id: 1, type, retained: null }))
  const text = markdown.render(
    { title: 'Found', sections: [{ ...found, rows }], notes: [] },
    noEnvelope,
    plainLook,
  ) as string
  expect(text.match(/(?<=` \| ).*(?= \| –)/g)).toEqual([
    'see GH-<!-- -->12',
    'TICKET\\_A-<!-- -->7',
    'me@<!-- -->example.com',
    'octo/cat#<!-- -->1',
    '!<!-- -->1',
    '＠<!-- -->octocat',
    'utf-<!-- -->8',
    'a-b',
    '\\-1',
    '1-2',
  ])
})

test('drawings are nested lists', () => {
  expect(markdown.render(reportOf(sessions), noEnvelope, plainLook)).toMatchInlineSnapshot(`
    "## Test

    ### What refers to Session @<!-- -->3001

    - \`Session @3001 [3]  4 keys  (64 B, retains 4.2 KB)\`
      - \`["user-7"] ← Map @2001  1,203 items  (32 B, retains 5.0 MB)\`
        - \`.sessions ← module @1001  src/store.ts  (88 B, retains 5.7 MB)\`
          - \`.cache ← (GC roots) @1  (retains 7.0 MB)\`
      - \`->session ← function @2002  onTimeout  src/session.ts:31:7  (64 B, retains 96 B)\`
        - \`._onTimeout ← Timeout @1501  every 30000 ms  (120 B, retains 216 B)\`
          - \`[12] ← (GC roots) @1 (shown elsewhere)\`
          - \`.timer ← ↺ Session @3001\`
        - \`… 412 more backreferences\`
      - \`[[WeakMap key]] ← WeakMap @2003  12 items  (24 B, retains 2.0 KB)\`
        - \`{7} ← Node / Environment @1502  (retains 8.8 KB)\`
    "
  `)
})

test('a cell stays one cell with any contents', () => {
  fc.assert(
    fc.property(hostile, type => {
      const report = { title: 'Found', sections: [{ ...found, rows: [{ id: 1, type, retained: 1 }] }], notes: [] }
      const lines = (markdown.render(report, noEnvelope, plainLook) as string).trimEnd().split('\n')
      expect(lines).toHaveLength(5)
      expect(lines[4]!.replace(/\\[\\|]/g, '').split('|')).toHaveLength(5)
      expect(lines[4]!.replaceAll('<!-- -->', '')).not.toMatch(/[<>]|@octocat(?<!.)|(?<!\\)[`*_[\]]{2}/)
      expect(lines[4]).not.toMatch(/[@＠]octocat|https:\/\/|#1|GH-12/)
    }),
  )
})

test('nothing from a heap controls a terminal', () => {
  fc.assert(
    fc.property(hostileReport, report => {
      expect(markdown.render(report, noEnvelope, plainLook)).not.toMatch(UNSAFE)
    }),
  )
})
