import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { trend } from '../../src/growth/trend.js'

const shape = (values: readonly number[], smallest = 10): string => trend(values, smallest).shape

describe('the shape of a series', () => {
  test.each([
    ['nothing moves', [100, 100, 100, 100, 100], 'flat'],
    ['less than is worth telling', [100, 102, 104, 106, 108], 'flat'],
    ['round after round', [100, 200, 300, 400, 500], 'line'],
    ['round after round, unevenly', [100, 230, 290, 420, 480, 640], 'line'],
    ['a leak faster and faster', [100, 120, 170, 280, 500], 'line'],
    ['one dip on the way up', [100, 200, 190, 400, 500], 'line'],
    ['a cache that fills', [100, 400, 600, 610, 610], 'plateau'],
    ['a cache that fills slowly', [100, 200, 300, 350, 360, 361], 'plateau'],
    ['something loaded once', [100, 100, 400, 401, 400], 'step'],
    ['a queue that drains', [100, 400, 90, 380, 110], 'sawtooth'],
    ['a cache that is flushed', [100, 200, 300, 400, 90], 'sawtooth'],
    ['falling', [500, 400, 300, 200, 100], 'flat'],
    ['a step in the last round: the first of many?', [100, 100, 100, 100, 400], 'noisy'],
    ['two readings, more', [100, 200], 'line'],
    ['three readings, more each time', [100, 200, 300], 'line'],
    ['one reading', [100], 'flat'],
    ['none', [], 'flat'],
  ])('%s', (_, values, expected) => {
    expect(shape(values)).toBe(expected)
  })

  test('does not depend on the offset or unit of the readings', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 9 }), values => {
        expect(shape(values.map(value => value + 4096))).toBe(shape(values))
        expect(
          shape(
            values.map(value => value * 1024),
            10 * 1024,
          ),
        ).toBe(shape(values))
      }),
    )
  })

  test('a clear line is a line, with any number of rounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 1e6 }), fc.integer({ min: 3, max: 30 }), (perRound, rounds) => {
        const values = Array.from({ length: rounds }, (_, round) => 5e6 + perRound * round)
        expect(trend(values, 10)).toMatchObject({ shape: 'line', perRound })
      }),
    )
  })
})
