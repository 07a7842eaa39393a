import { expect, test } from 'vitest'
import { parseSchedule } from '../../src/watch/schedule.js'

test('a schedule in minutes or seconds gives the next time and the text it was parsed from', () => {
  const now = Date.now()
  const [minutes, seconds] = [parseSchedule('* * * * *'), parseSchedule('* * * * * *')]
  expect(minutes.next() - now).toBeLessThanOrEqual(61_000)
  expect(minutes.next() % 60_000).toBe(0)
  expect(seconds.next() - now).toBeLessThan(5000)
  expect(JSON.stringify(minutes)).toBe('"* * * * *"')
})

test('an invalid schedule is refused', () => {
  expect(() => parseSchedule('every day')).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
