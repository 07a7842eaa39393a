import { expect, test } from 'vitest'
import { refuseMeant } from '../../src/cli/meant.js'
import { isCommand } from '../../src/cli/program.js'

test('a command of another tool, and a program without --, are answered with what is meant', () => {
  const meant =
    (...words: string[]) =>
    () =>
      refuseMeant(words, isCommand)
  expect(meant('diff', 'a', 'b')).toThrow(/leakscope growth/)
  expect(meant('heapdump')).toThrow(/leakscope snapshot/)
  expect(meant('check', 'node', 'leak.js')).toThrow(/only after --/)
  for (const words of [['growth', 'a', 'b'], ['check', '4121'], ['atach'], ['node'], [], ['check', 'node']]) {
    expect(meant(...words)).not.toThrow()
  }
})

test('none of those words is a command', () => {
  for (const word of ['diff', 'dump', 'top', 'profile', 'list']) expect(isCommand(word)).toBe(false)
})
