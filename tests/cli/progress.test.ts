import { expect, test } from 'vitest'
import { progressText } from '../../src/cli/progress.js'

test('after three seconds, progress shows the elapsed time and, if known, the remaining time', () => {
  const at = (seconds: number, fraction?: number, from = 0) =>
    progressText({ stage: 'reading', since: 0, from, fraction }, seconds * 1000)
  expect(at(2, 0.5)).toBe('reading 50 %')
  expect(at(12, 0.6)).toBe('reading 60 % (12 s, about 8 s left)')
  expect(at(10, 0.75, 0.5)).toBe('reading 75 % (10 s, about 10 s left)')
  expect(at(4)).toBe('reading … (4 s)')
  expect(at(4, 0.01)).toBe('reading 1 % (4 s)')
})
