import { expect, test } from 'vitest'
import { refuseWithSuggestion } from '../../src/cli/did-you-mean.js'
import { isCommand } from '../../src/cli/program.js'
import type { LeakscopeError } from '../../src/errors.js'

test('a command of another tool, and a program without --, are answered with the right command', () => {
  const meant =
    (...words: string[]) =>
    () =>
      refuseWithSuggestion(words, isCommand)
  expect(meant('diff', 'a', 'b')).toThrow(/leakscope growth/)
  expect(meant('heapdump')).toThrow(/leakscope snapshot/)
  expect(meant('check', 'node', 'leak.js')).toThrow(/goes after --/)
  for (const words of [['growth', 'a', 'b'], ['check', '4121'], ['atach'], ['node'], [], ['check', 'node']]) {
    expect(meant(...words)).not.toThrow()
  }
})

test('a command that compares heaps takes the older one first, not with --since', () => {
  const hint = (...words: string[]): string | undefined => {
    try {
      refuseWithSuggestion(words, isCommand)
    } catch (error) {
      return (error as LeakscopeError).hint
    }
    return undefined
  }
  expect(hint('growth', 'b', '--since', 'a', '--json')).toBe('Use: leakscope growth a b --json')
  expect(hint('new-ids', '--since=a', '4121')).toBe('Use: leakscope new-ids a 4121')
  expect(hint('leaks', '--since', 'a')).toBe('Use: leakscope leaks a after.heapsnapshot')
  expect(hint('refs', 'b', '--since', 'a')).toBe(undefined)
})

test('none of those words is a command', () => {
  for (const word of ['diff', 'dump', 'top', 'profile', 'list']) expect(isCommand(word)).toBe(false)
})
