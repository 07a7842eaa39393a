import { expect, test } from 'vitest'
import { lastMoment } from '../../src/live/arm/last-moment.js'

const MB = 2 ** 20
const fill = (used: number, limit: number) => ({ used: used * MB, limit: limit * MB, group: '/g' })

test('a process that is hardly its heap is captured late', () => {
  // At 80 % the heap has grown to 140 MB, and 1.6 GB are left for a copy of 8 times that and some of the rest.
  expect(lastMoment(fill(6300, 8000), 40 * MB)).toEqual({ at: 0.8, fits: true })
})

test('a heap that grows is captured while its copy still fits', () => {
  const { at, fits } = lastMoment(fill(1000, 2000), 20 * MB)
  expect(fits).toBe(true)
  expect(at).toBeGreaterThan(0.5)
  expect(at).toBeLessThan(0.65)
})

test('where it never fits, half way is tried', () => {
  expect(lastMoment(fill(300, 512), 200 * MB)).toEqual({ at: 0.5, fits: false })
})
