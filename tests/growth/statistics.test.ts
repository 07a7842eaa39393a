import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { believable, median, risingByChance, slope } from '../../src/growth/statistics.js'
import { runs } from '../support/runs.js'

const reading = fc.integer({ min: -1000, max: 1000 })
const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))

/** Mann and Kendall's definition, the slow way: the share of all orders with at least as many rising pairs over falling ones. */
function byAllOrders(values: readonly number[]): number {
  const surplus = (row: readonly number[]): number => {
    let sum = 0
    row.forEach((later, j) => {
      row.slice(0, j).forEach(earlier => {
        sum += Math.sign(later - earlier)
      })
    })
    return sum
  }
  const orders = (row: readonly number[]): number[][] =>
    row.length === 0 ? [[]] : row.flatMap((v, i) => orders(row.toSpliced(i, 1)).map(rest => [v, ...rest]))
  const asked = surplus(values)
  return orders(values).filter(order => surplus(order) >= asked).length / factorial(values.length)
}

describe('slope', () => {
  test('is that of a straight line', () => {
    expect(slope([3, 5, 7, 9])).toBe(2)
  })

  test('is not changed by one outlier', () => {
    expect(slope([0, 10, 20, 9000, 40, 50])).toBe(10)
  })

  test('considers the time between the readings', () => {
    expect(slope([0, 20, 60], [0, 2, 6])).toBe(10)
  })

  test('is 0 for too few readings', () => {
    expect(slope([])).toBe(0)
    expect(slope([7])).toBe(0)
  })

  test('is a pairwise slope or between two, and is symmetric', () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 2, maxLength: 12 }), values => {
        expect(slope(values.map(value => -value))).toBeCloseTo(-slope(values), 9)
        expect(slope(values.toReversed())).toBeCloseTo(-slope(values), 9)
        expect(slope(values.map((value, i) => value + 5 * i))).toBeCloseTo(slope(values) + 5, 9)
      }),
    )
  })
})

describe('risingByChance', () => {
  test('five rising readings are chance once in 120', () => {
    expect(risingByChance([1, 2, 3, 4, 5])).toBeCloseTo(1 / 120, 12)
  })

  test('with one falling pair: five in 120', () => {
    expect(risingByChance([1, 2, 4, 3, 5])).toBeCloseTo(5 / 120, 12)
  })

  test('equal readings are inconclusive, and a fall is not a rise', () => {
    expect(risingByChance([5, 5, 5, 5, 5])).toBe(1)
    expect(risingByChance([5, 4, 3, 2, 1])).toBe(1)
    expect(risingByChance([])).toBe(1)
  })

  test('is the share of all orders that rise as steadily, including ties', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }), values => {
        expect(risingByChance(values)).toBeCloseTo(byAllOrders(values), 10)
      }),
      { numRuns: runs(60) },
    )
  })

  test('the exact value and the approximation agree where one replaces the other', () => {
    const wavering = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 25 * ((i * 7) % 5))
    expect(risingByChance(wavering(41)) / risingByChance(wavering(40))).toBeGreaterThan(0.3)
    expect(risingByChance(wavering(41)) / risingByChance(wavering(40))).toBeLessThan(3)
    const flat = Array.from({ length: 41 }, (_, i) => (i * 17) % 41)
    expect(risingByChance(flat)).toBeCloseTo(risingByChance(flat.slice(0, 40)), 1)
  })
})

describe('believable', () => {
  test("Benjamini and Hochberg's own example: four of fifteen at 5 %", () => {
    const chances = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ]
    expect(believable(chances, 0.05)).toEqual(chances.map(chance => chance <= 0.0095))
  })

  test('accepts no test without all more certain ones, and a single test up to the rate', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), chances => {
        const believed = believable(chances)
        const worst = Math.max(-1, ...chances.filter((_, i) => believed[i]))
        expect(believed).toEqual(chances.map(chance => chance <= worst))
        for (const [i, chance] of chances.entries()) if (believed[i]) expect(chance).toBeLessThanOrEqual(0.05)
      }),
    )
    expect(believable([0.05])).toEqual([true])
    expect(believable([])).toEqual([])
  })
})

test('median', () => {
  expect(median([])).toBe(0)
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})
