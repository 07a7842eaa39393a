import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pairs } from '../../src/graph/pairs.js'

test('equal pairs have one number, in order of first use', () => {
  const half = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half), { maxLength: 50 }), asked => {
      const numbering = pairs()
      const known = new Map<string, number>()
      for (const [a, b] of asked) {
        known.set(`${a} ${b}`, known.get(`${a} ${b}`) ?? known.size + 1)
        expect(numbering.numberOf(a, b)).toBe(known.get(`${a} ${b}`))
      }
      expect([...numbering.seconds()]).toEqual([0, ...[...known.keys()].map(pair => Number(pair.split(' ')[1]))])
    }),
  )
})

test('growing keeps the numbers', () => {
  const numbering = pairs()
  for (let at = 0; at < 100_000; at++) numbering.numberOf(at * 2, at % 3)
  const wrong = Array.from({ length: 100_000 }, (_, at) => at).filter(
    at => numbering.numberOf(at * 2, at % 3) !== at + 1,
  )
  expect(wrong).toEqual([])
})
