import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LeakscopeError } from '../../src/errors.js'
import { isLike, matches, type Pattern, pattern } from '../../src/query/patterns.js'
import { runs } from '../support/runs.js'

const made = (source: string, flags = ''): Pattern =>
  pattern(source, flags, ({ what }) => new LeakscopeError('USAGE', what))

test.each([
  '(a+)+b',
  '(a*)*',
  '(?:a+b?)+',
  '(a?a)*b',
  '([a-z]+)*',
  '((ab)+c)*',
  '(a|ab)*',
  '(a|[ab])+',
  '(.|b)*',
  '(a+){10}',
  '(a)\\1',
  '(?<n>a)\\k<n>',
  '.*.*.*.*x',
])('refuses %s, which may take for ever', source => {
  expect(() => made(source)).toThrow(LeakscopeError)
})

test.each([
  '^Session$',
  'store|cache',
  '(?:foo|bar)+',
  '\\w+@\\w+\\.com',
  '[^/]*.node_modules',
  '(abc)*x?',
  'a{3}',
  '[(+*]+',
  'x(?=y)',
])('takes %s', source => {
  expect(made(source).regex).toEqual(new RegExp(source))
})

test('an accepted pattern is fast, even on the worst texts', () => {
  const text = 'a'.repeat(1024)
  for (const source of ['a*a*a*b', '(?:a|b)*c', '(abc)*x', 'a+$b']) {
    const before = process.cpuUsage()
    matches(made(source), text)
    expect(process.cpuUsage(before).user, source).toBeLessThan(500_000)
  }
})

test('like is a shell glob, equal to its regular expression', () => {
  const letters = (of: string) => fc.array(fc.constantFrom(...of), { maxLength: 8 }).map(found => found.join(''))
  fc.assert(
    fc.property(letters('ab.'), letters('ab.*?'), (text, glob) => {
      const source = glob.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
      expect(isLike(text, glob)).toBe(new RegExp(`^${source}$`).test(text))
    }),
    { numRuns: runs(3000) },
  )
})
