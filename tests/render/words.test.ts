import { expect, test } from 'vitest'
import { heading, wordOf } from '../../src/render/words.js'

test('V8 types have readable names, others their own', () => {
  expect(['(closure)', '(concatenated string)', 'Session'].map(type => wordOf(type, ''))).toEqual([
    'function',
    'string',
    'Session',
  ])
})

test('a class may have the name of a property of every object', () => {
  expect(wordOf('constructor', '')).toBe('constructor')
  expect(heading({ id: 1, type: 'toString', label: 'x', shallow: 0, retained: 0, role: 'plain', depth: 0 })).toEqual([
    'toString',
    'x',
  ])
})
