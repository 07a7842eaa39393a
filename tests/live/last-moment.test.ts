import { expect, test } from 'vitest'
import { lastMoment, secondsUntilFull } from '../../src/live/arm/last-moment.js'

const MB = 2 ** 20
const fill = (used: number, limit: number) => ({ used: used * MB, limit: limit * MB, group: '/g' })

test('a process that is hardly its heap is captured late', () => {
  expect(lastMoment(fill(7100, 9000), 10 * MB)).toEqual({ at: 0.8, fits: true })
})

test('a growing heap is captured while its child still fits', () => {
  const { at, fits } = lastMoment(fill(1000, 2000), 20 * MB)
  expect(fits).toBe(true)
  expect(at).toBeGreaterThan(0.5)
  expect(at).toBeLessThan(0.65)
})

test('if it never fits, half of the limit is used', () => {
  expect(lastMoment(fill(300, 512), 200 * MB)).toEqual({ at: 0.5, fits: false })
})

test('a child in another group leaves the process its whole group, except for the pages it writes to', () => {
  const elsewhere = (bytes: number) => ({ bytes, swap: 0, bound: 'machine', whenPassed: 'ends one' }) as const
  expect(lastMoment(fill(300, 512), 200 * MB, elsewhere(8000 * MB))).toEqual({ at: 0.8, fits: true })
  expect(lastMoment(fill(300, 512), 200 * MB, elsewhere(500 * MB))).toEqual({ at: 0.5, fits: false })
})

test('the time until a group is full follows from its recent growth', () => {
  const look = (at: number, used: number) => ({ ...fill(used, 1000), at })
  expect(secondsUntilFull([look(0, 400), look(1, 900), look(2, 500)])).toBe(10)
  expect(secondsUntilFull([look(0, 500), look(2, 400)])).toBe(Number.POSITIVE_INFINITY)
  expect(secondsUntilFull([look(0, 500), { ...look(2, 600), group: '/around' }])).toBe(Number.POSITIVE_INFINITY)
  expect(secondsUntilFull([])).toBe(Number.POSITIVE_INFINITY)
})
