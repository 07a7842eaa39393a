import { expect, test } from 'vitest'
import { ago } from '../../src/cli/age.js'

test.each([
  [0, '0 s ago'],
  [119, '119 s ago'],
  [120, '2 min ago'],
  [7199, '119 min ago'],
  [7200, '2 h ago'],
  [172_799, '47 h ago'],
  [172_800, '2 days ago'],
  [-5, '0 s ago'],
])('%i seconds are told as %s', (seconds, told) => {
  const now = Date.parse('2026-01-02T03:04:05Z')
  expect(ago(new Date(now - seconds * 1000).toISOString(), now)).toBe(told)
})
