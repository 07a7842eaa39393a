import { describe, expect, test } from 'vitest'
import { verbsOf } from '../../src/cli/session/words.js'

describe('a line of the session', () => {
  test('parts at spaces', () => {
    expect(verbsOf('refs  --type Array ')).toEqual([['refs', '--type', 'Array']])
  })
  test('holds several verbs, parted by semicolons', () => {
    expect(verbsOf('gc; types --limit 3;;exit')).toEqual([['gc'], ['types', '--limit', '3'], ['exit']])
  })
  test('keeps quoted words together, with semicolons and spaces in them', () => {
    expect(verbsOf(`refs --expr 'a; b' memory "after work"`)).toEqual([
      ['refs', '--expr', 'a; b', 'memory', 'after work'],
    ])
  })
  test('knows an escaped quote, and an empty word', () => {
    expect(verbsOf('memory "say \\"hi\\"" ""')).toEqual([['memory', 'say "hi"', '']])
  })
  test('takes > for --output, but not inside a word or quotes', () => {
    expect(verbsOf('refs --type A > a.dot')).toEqual([['refs', '--type', 'A', '--output', 'a.dot']])
    expect(verbsOf('refs --type A >a.dot')).toEqual([['refs', '--type', 'A', '--output', 'a.dot']])
    expect(verbsOf(`find --where 'size>10' a->b`)).toEqual([['find', '--where', 'size>10', 'a->b']])
  })
  test('takes what follows $ for JavaScript, to the end of the line', () => {
    expect(verbsOf('gc; $ a > 1; "b" ')).toEqual([['gc'], ['$', '--', 'a > 1; "b"']])
    expect(verbsOf('$ -1')).toEqual([['$', '--', '-1']])
    expect(verbsOf('$')).toEqual([['$']])
    expect(verbsOf('memory $ x')).toEqual([['memory', '$', 'x']])
  })
  test('says which quote is open', () => {
    expect(() => verbsOf('memory "after')).toThrow('a " is not closed')
  })
  test('is nothing when empty', () => {
    expect(verbsOf('  ; ')).toEqual([])
  })
})
