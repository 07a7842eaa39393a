import { expect, test } from 'vitest'
import { chanceAlone, isClear, isNoWalk, rise } from '../../src/growth/rise.js'
import { random } from './random.js'

const runs = 4000
const moments = (heaps: number): number[] => Array.from({ length: heaps }, (_, at) => at)

/** The share of series with a significant rise, of many with that gain per heap and Poisson noise. */
function found(heaps: number, level: number, perHeap: number): number {
  const { gauss } = random(heaps * 1000 + level)
  const row = (): number[] =>
    moments(heaps).map(at => Math.max(0, Math.round(level + perHeap * at + Math.sqrt(level) * gauss())))
  const count = Array.from({ length: runs }, () => {
    const values = row()
    const one = rise(values, moments(heaps))
    return isClear(one) && one.gain > chanceAlone(values[0]!) ? 1 : 0
  }).reduce<number>((sum, one) => sum + one, 0)
  return count / runs
}

test.each([
  [5, 100],
  [5, 10_000],
  [8, 100],
  [8, 10_000],
])(
  'of rows of %i heaps with about %i that come and go, at most one in two hundred is called growth',
  (heaps, level) => {
    expect(found(heaps, level, 0)).toBeLessThan(0.005)
  },
)

test('a leak of four standard deviations per heap is found nearly every time, even with five heaps', () => {
  expect(found(5, 100, 40)).toBeGreaterThan(0.9)
  expect(found(8, 100, 20)).toBeGreaterThan(0.9)
})

test('the more heaps, the sooner a leak is found among much that comes and goes', () => {
  const found8 = found(8, 300, 14)
  const found12 = found(12, 300, 14)
  const found16 = found(16, 300, 14)
  expect(found12).toBeGreaterThan(found8)
  expect(found16).toBeGreaterThan(found12)
  expect(found16).toBeGreaterThan(0.75)
  expect(Math.max(found(12, 300, 0), found(16, 300, 0))).toBeLessThan(0.001)
})

test('one outlier of five heaps, and two of eight, hide nothing', () => {
  for (const odd of moments(5)) {
    for (const value of [0, 1000]) {
      const values = [10, 110, 210, 310, 410].map((reading, at) => (at === odd ? value : reading))
      expect({ odd, value, clear: isClear(rise(values, moments(5))) }).toMatchObject({ clear: true })
    }
  }
  expect(isClear(rise([10, 110, 0, 310, 410, 510, 2000, 710], moments(8)))).toBe(true)
})

test('rounds count by their length', () => {
  const uneven = [0, 1, 3, 4, 8]
  expect(
    isClear(
      rise(
        uneven.map(at => 10 + 100 * at),
        uneven,
      ),
    ),
  ).toBe(true)
  expect(
    rise(
      uneven.map(at => 10 + 100 * at),
      uneven,
    ).isLevelling,
  ).toBe(false)
})

test('a cache that fills levels off, and a value that falls back is not growth', () => {
  expect(rise([0, 100, 180, 195, 200, 200, 200, 200], moments(8)).isLevelling).toBe(true)
  expect(rise([0, 100, 20, 120, 30, 110, 25, 100], moments(8))).toMatchObject({ isLevelling: false })
  expect(isClear(rise([0, 100, 20, 120, 30, 110, 25, 100], moments(8)))).toBe(false)
})

test.each([8, 12, 16])(
  'of %i readings, a cache that fills by ever rarer keys slows down, and no other growth',
  rounds => {
    const slows = (of: (at: number) => number): boolean => rise(moments(rounds).map(of), moments(rounds)).isSlowing
    const lasting = rounds / 1.5
    expect(slows(at => 1000 * (1 - Math.exp(-at / lasting)))).toBe(true)
    expect(slows(at => 50 * at)).toBe(false)
    expect(slows(at => 50 * at + 4 * (at % 3))).toBe(false)
    // The machine gets busy half-way: eight readings are inconclusive.
    const isOpen = slows(at => 50 * Math.min(at, rounds / 2) + 30 * Math.max(0, at - rounds / 2))
    expect(isOpen).toBe(rounds < 12)
  },
)

test('a rise in steps of several rounds is growth', () => {
  expect(isClear(rise([0, 0, 50, 50, 100, 100, 150, 150], moments(8)))).toBe(true)
})

test.each([5, 6, 8, 12, 16])(
  'of random walks over %i heaps hardly one is a line that nothing walks by chance',
  heaps => {
    const { gauss } = random(heaps)
    const runs = 20_000
    let found = 0
    for (let run = 0; run < runs; run++) {
      let value = 1000
      const walk = moments(heaps).map(() => (value += 10 * gauss()))
      if (isNoWalk(rise(walk, moments(heaps)), heaps)) found++
    }
    expect(found / runs).toBeLessThan(0.0006)
  },
)

test('the more readings, the sooner a line is not a random walk', () => {
  const zigzag = (heaps: number): number[] => moments(heaps).map(at => 2000 + 10 * at + 3 * (at % 2))
  expect([8, 16].map(heaps => isNoWalk(rise(zigzag(heaps), moments(heaps)), heaps))).toEqual([false, true])
})
