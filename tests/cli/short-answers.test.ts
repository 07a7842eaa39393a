import { expect, test } from 'vitest'
import { shortAnswer } from '../../src/cli/short-answers.js'

test('only the version and the list of commands at 80 columns are printed without loading a command', () => {
  expect(shortAnswer(['-v'], {})).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(shortAnswer(['--version'], { columns: 200 })).toMatch(/^\d/)
  for (const args of [[], ['check', '--help'], ['--help', 'x'], ['types']])
    expect(shortAnswer(args, {})).toBeUndefined()
  expect(shortAnswer(['--help'], { columns: 120 })).toBeUndefined()
})
