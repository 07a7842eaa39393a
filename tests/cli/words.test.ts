import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { asVerb, verbsOf } from '../../src/cli/session/words.js'
import type { LeakscopeError } from '../../src/errors.js'

describe('a line of the session', () => {
  test('is split at spaces', () => {
    expect(verbsOf('refs  --type Array ')).toEqual([['refs', '--type', 'Array']])
  })
  test('contains several verbs, separated by semicolons', () => {
    expect(verbsOf('gc; types --limit 3;;exit')).toEqual([['gc'], ['types', '--limit', '3'], ['exit']])
  })
  test('keeps quoted words together, with semicolons and spaces in them', () => {
    expect(verbsOf(`refs --expr 'a; b' memory "after work"`)).toEqual([
      ['refs', '--expr', 'a; b', 'memory', 'after work'],
    ])
  })
  test('supports an escaped quote, and an empty word', () => {
    expect(verbsOf('memory "say \\"hi\\"" ""')).toEqual([['memory', 'say "hi"', '']])
  })
  test('takes > as --output, but not inside a word or quotes', () => {
    expect(verbsOf('refs --type A > a.dot')).toEqual([['refs', '--type', 'A', '--output', 'a.dot']])
    expect(verbsOf('refs --type A >a.dot')).toEqual([['refs', '--type', 'A', '--output', 'a.dot']])
    expect(verbsOf(`find --where 'size>10' a->b`)).toEqual([['find', '--where', 'size>10', 'a->b']])
  })
  test('takes what follows $ as JavaScript, to the end of the line', () => {
    expect(verbsOf('gc; $ a > 1; "b" ')).toEqual([['gc'], ['$', '--', 'a > 1; "b"']])
    expect(verbsOf('$ -1')).toEqual([['$', '--', '-1']])
    expect(verbsOf('$')).toEqual([['$']])
    expect(verbsOf('memory $ x')).toEqual([['memory', '$', 'x']])
  })
  test('reports which quote is open', () => {
    expect(() => verbsOf('memory "after')).toThrow('a " is not closed')
  })
  test('is nothing when empty', () => {
    expect(verbsOf('  ; ')).toEqual([])
  })
})

describe('the words of a verb', () => {
  const verbs = [new Command('path').alias('why'), new Command('memory')]
  const target = { pid: 4121 }

  test('may be the command that an answer names', () => {
    expect(asVerb(['leakscope', 'why', '@1203'], verbs, target)).toEqual(['why', '@1203'])
    expect(asVerb(['path', '@1203'], verbs, target)).toEqual(['path', '@1203'])
  })

  test('may be a mistake, which is left to the code that suggests names', () => {
    expect(asVerb(['pth'], verbs, target)).toEqual(['pth'])
    expect(asVerb(['leakscope'], verbs, target)).toEqual(['leakscope'])
  })

  test('are refused if they are a command and not a verb, with how to run it', () => {
    const hintOf = (name: string): unknown => {
      try {
        return asVerb([name], verbs, target)
      } catch (error) {
        return (error as LeakscopeError).hint
      }
    }
    expect(hintOf('check')).toBe('Run it in another terminal: leakscope check 4121')
    expect(hintOf('history')).toBe('Run it in another terminal: leakscope history')
    expect(() => asVerb(['check'], verbs, target)).toThrow('check is a command, not a verb of the session')
  })
})
