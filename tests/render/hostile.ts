import fc from 'fast-check'
import type { Drawing, Report, Section, Unit } from '../../src/report/report.js'

/** Strings that may be in somebody's heap: anything, and often syntax of some format or terminal. */
export const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom(
        ...[
          '\n',
          '\r\n',
          '\n\n',
          '\t',
          '\0',
          '\x1b[31m',
          '\x1b]0;title\x07',
          '\x9b2J',
          '\x7f',
          '\u2028',
          '\u202e',
          '\u2066',
          '\u200b',
          '\ufeff',
        ],
        ...['\ud800', '\udfff', '\uffff', '\ufffe', '😀', '日本', 'e\u0301', '\u{e0041}', '\u0085'],
        ...[
          '"',
          "'",
          '\\',
          '\\n',
          '\\l',
          '\\N',
          '\\G',
          '\\E',
          '!',
          '!important',
          '<b>',
          '</td>',
          '<script>alert(1)</script>',
          ']]>',
          '-->',
          '<!--',
        ],
        ...[
          '&',
          '&amp;',
          '&lt;',
          '&#60;',
          '&#x1b;',
          '"]; evil [label="pwn',
          '}',
          '{',
          ';',
          '|',
          '||',
          '`',
          '```',
          '*',
          '_',
          '[x](javascript:alert(1))',
        ],
        ...[
          '=1+1',
          '+1',
          '-1',
          '@SUM(A1)',
          ',',
          '__proto__',
          'constructor',
          '@octocat',
          '＠octocat',
          'GH-12',
          '＝1+1',
          '＋1',
          '#1',
          'https://example.com',
          ' ',
          '  ',
        ],
      ),
    ),
    { maxLength: 8 },
  )
  .map(parts => parts.join(''))

/** What must not reach a terminal: control characters except the final newline, bidirectional and invisible ones, halves of pairs. */
export const UNSAFE: RegExp = /(?!\n)[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\p{Surrogate}]/u

const number = fc.oneof(fc.integer(), fc.constantFrom(NaN, Infinity, -0), fc.double())
const unit = fc.constantFrom<Unit>('text', 'count', 'change', 'bytes', 'percent', 'id')
const words = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'] as const
const roles = ['asked', 'plain', 'module', 'root', 'native', 'more', 'highlight'] as const

const table: fc.Arbitrary<Section> = fc
  .uniqueArray(fc.record({ key: hostile, title: hostile, unit }), { maxLength: 4, selector: ({ key }) => key })
  .chain(columns =>
    fc.record({
      shape: fc.constant('table'),
      title: hostile,
      columns: fc.constant(columns),
      rows: fc.array(
        fc
          .tuple(
            ...columns.map(({ key, unit }) =>
              fc.tuple(fc.constant(key), unit === 'text' ? hostile : fc.option(number)),
            ),
          )
          .map(cells => Object.fromEntries(cells)),
        { maxLength: 4 },
      ),
    }),
  )

/** A drawing of up to eight objects with arbitrary references and hostile texts. */
export const hostileDrawing: fc.Arbitrary<Drawing> = fc
  .array(
    fc.record({
      type: hostile,
      label: hostile,
      extra: hostile,
      shallow: fc.nat(),
      retained: fc.nat(),
      role: fc.constantFrom(...roles),
      depth: fc.nat({ max: 4 }),
      retainers: fc.nat(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .chain(parts => {
    const ids = parts.map(({ role }, at) => (role === 'more' ? `more-${at}` : at))
    const edge = fc.record({
      from: fc.constantFrom(...ids),
      to: fc.constantFrom(...ids),
      type: fc.constantFrom(...words),
      label: hostile,
    })
    return fc.record({
      shape: fc.constant('drawing' as const),
      title: hostile,
      nodes: fc.constant(parts.map((part, at) => ({ ...part, id: ids[at]! }))),
      edges: fc.array(edge, { maxLength: 10 }),
    })
  })

const series: fc.Arbitrary<Section> = fc.nat({ max: 60 }).chain(count =>
  fc.record({
    shape: fc.constant('series'),
    title: hostile,
    seconds: fc.constant(Array.from({ length: count }, (_, at) => at)),
    lines: fc.array(
      fc.record({
        key: hostile,
        title: hostile,
        unit,
        values: fc.array(fc.option(number), { minLength: count, maxLength: count }),
      }),
      { maxLength: 3 },
    ),
  }),
)

const place = fc.record({ file: hostile, line: fc.nat(), column: fc.nat() })
const path: fc.Arbitrary<Section> = fc.record({
  shape: fc.constant('path'),
  title: hostile,
  steps: fc.array(
    fc.record({ edge: hostile, type: hostile, name: hostile, id: fc.nat(), location: fc.option(place) }),
    { maxLength: 5 },
  ),
})

/** A report with arbitrary sections, hostile texts and all kinds of numbers. */
export const hostileReport: fc.Arbitrary<Report> = fc.record({
  title: hostile,
  sections: fc.array(fc.oneof(table, hostileDrawing, series, path), { maxLength: 4 }),
  notes: fc.array(hostile, { maxLength: 2 }),
})
