import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LeakscopeError } from '../../src/errors.js'
import { query } from '../../src/query/query.js'
import { heap } from '../draw.js'
import { heapOf } from '../heap/drawn-heap.js'
import { runs } from '../support/runs.js'

const small = heapOf(heap`root.app = App`)

function complaint(expression: string): { message: string; lines: readonly string[]; hint: string | undefined } {
  try {
    query(small, expression)
  } catch (error) {
    if (error instanceof LeakscopeError && error.code === 'USAGE') return error
    throw error
  }
  throw new Error(`nothing is wrong with ${expression}`)
}

test.each([
  ['retained > 1MX', 13, 'expected a unit (B, KB, MB, GB, TB), not MX'],
  ['tipe = "x"', 1, 'there is no name tipe'],
  ['type = Session', 8, 'there is no name Session'],
  ['type = "Session" and', 21, 'expected a name, a field such as .userId, or a value, not the end'],
  ['type = "Session', 8, 'a " is not closed'],
  ['type = "a" type', 12, 'expected and, or, an operator or the end, not type'],
  ['(self > 1', 10, 'expected ), or and, or, or an operator, not the end'],
  ['self > "x"', 6, 'a number is compared with text'],
  ['self ~ /x/', 1, '~ needs text, and this is a number'],
  ['name ~ "x"', 8, 'expected a regular expression after ~'],
  ['name = /x/', 6, 'a regular expression is compared with ~'],
  ['name like 3', 11, 'expected text after like, and this is a number'],
  ['name ~ /(/', 8, 'not a regular expression: /(/: Unterminated group'],
  ['name ~ /x', 8, 'a regular expression is not closed'],
  ['name ~ /x/g', 8, 'unknown flag g of a regular expression (allowed: i, m, s, u)'],
  ['retained', 1, 'this is not a condition'],
  ['1 < self < 3', 10, 'comparisons do not chain'],
  ['type + 1 > 3', 1, 'expected a number to calculate with, and this is text'],
  ['type not "x"', 10, 'expected in, like, contains, startswith or endswith after not, not "x"'],
  ['.a not and .b', 8, 'expected in, like, contains, startswith or endswith after not, not and'],
  ['type in "x"', 9, 'expected a list in parentheses after in, such as ("Map", "Set"), not "x"'],
  ['type in ("x"', 13, 'expected , or ) in the list, not the end'],
  ['.', 2, 'expected the name of a field after the dot, not the end'],
  ['.a[1.5]', 4, 'expected an index or a quoted key, such as [0] or ["odd key"], not 1.5'],
  ['id = @x', 7, 'expected an object id after @, such as @1203, not x'],
  ['self > 1 ; drop', 10, 'expected a name, a value or an operator, not ";"'],
  ['retained(self) > 1', 10, 'expected a field, such as retained(.user), not self'],
])('%s', (expression, character, message) => {
  const { message: said, lines } = complaint(expression)
  expect(said).toBe(`${message}, at character ${character} of the expression`)
  expect(lines).toEqual([expression, `${' '.repeat(character - 1)}^`])
})

test('a mistyped name gets the nearest name, and an explanation of fields and text', () => {
  expect(complaint('retaind > 1').hint).toBe(
    'Did you mean retained? A field begins with a dot (.retaind), text needs quotes ("retaind").',
  )
})

test('for a long expression, the part around the mistake is shown', () => {
  const { lines } = complaint(`${'type = "Session" or '.repeat(20)}nothing = 1${' or self > 1'.repeat(20)}`)
  expect(lines[0]).toMatch(/^….{120}…$/)
  expect(lines[0]!.slice(lines[1]!.indexOf('^'))).toMatch(/^nothing = 1/)
})

test('control characters in an expression do not move the caret', () => {
  expect(complaint('\u001b[31m').lines).toEqual([' [31m', '^'])
})

test.each(['', '   '])('an empty expression is answered with an example: %j', expression => {
  expect(complaint(expression).hint).toContain('leakscope query')
})

const pieces =
  'type self .a ["b c"] [0] ->v "t" \'u\' 12 3KB @7 /x+/i ( ) , and or not in like contains = != < >= ~ !~ + - * / % ! true null retained( .'.split(
    ' ',
  )

test('any input is parsed, or refused with a position', () => {
  const typed = fc.oneof(
    fc.string({ maxLength: 30, unit: 'binary' }),
    fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map(words => words.join(' ')),
  )
  fc.assert(
    fc.property(typed, expression => {
      try {
        expect(query(small, expression).total).toBeGreaterThanOrEqual(0)
      } catch (error) {
        if (!(error instanceof LeakscopeError)) throw error
        expect(error.code).toBe('USAGE')
      }
    }),
    { numRuns: runs(5000) },
  )
})

type Sum = number | readonly [Sum, '+' | '-' | '*', Sum]
const { sum } = fc.letrec<{ sum: Sum }>(tie => ({
  sum: fc.oneof(
    { maxDepth: 4 },
    fc.nat(99),
    fc.tuple(tie('sum'), fc.constantFrom('+' as const, '-' as const, '*' as const), tie('sum')),
  ),
}))
const written = (of: Sum): string => {
  if (typeof of === 'number') return String(of)
  const [left, sign, right] = of
  return `(${written(left)}) ${sign} (${written(right)})`
}
const worth = (of: Sum): number => {
  if (typeof of === 'number') return of
  const [a, b] = [worth(of[0]), worth(of[2])]
  return of[1] === '+' ? a + b : of[1] === '-' ? a - b : a * b
}

test('arithmetic is computed', () => {
  fc.assert(
    fc.property(sum, of => {
      expect(query(small, `${written(of)} = ${worth(of)}`).total).toBe(small.graph.nodeCount)
    }),
  )
})

test.each([
  ['2 + 3 * 4 = 14', true],
  ['10 - 4 - 3 = 3', true],
  ['2 * 3 % 4 = 2', true],
  ['-2 * -3 = 6', true],
  ['true or true and false', true],
  ['not false and false', false],
  ['not (false and false)', true],
  ['1 = 1 and 2 = 3 or 4 = 4', true],
])('what binds more: %s', (expression, is) => {
  expect(query(small, expression).total > 0).toBe(is)
})
