import { expect, test } from 'vitest'
import { RiseDetector } from '../../src/watch/rise.js'

const MB = 1024 * 1024

/** The first reading, from 1, at which a check is due; 0 for none. */
function dueAt(megabytes: readonly number[], detector: RiseDetector = new RiseDetector()): number {
  return megabytes.findIndex((bytes, at) => detector.add({ at, bytes: bytes * MB })) + 1
}

const start = [60, 110, 100, 120, 115, 118]

test('a baseline above all earlier ones triggers a check', () => {
  expect(dueAt([...start, 150, 160, 170, 180])).toBe(10)
})

test('startup, sawtooth and spikes do not trigger a check', () => {
  expect(dueAt([10, 20, 40, 80, 160, 320])).toBe(0)
  expect(dueAt([...start, 200, 118, 200, 118, 200, 118])).toBe(0)
  expect(dueAt([...start, 120, 119, 400, 118])).toBe(0)
})

test('a rise of a few megabytes does not trigger a check, whatever its share', () => {
  expect(dueAt([10, 10, 10, 10, 10, 10, 30, 30, 30, 30])).toBe(0)
})

test('after a check, the current level is the new baseline', () => {
  const detector = new RiseDetector()
  expect(dueAt([...start, 200, 200, 200], detector)).toBe(9)
  detector.looked()
  expect(dueAt(new Array(10).fill(205), detector)).toBe(0)
  expect(dueAt(new Array(10).fill(300), detector)).toBe(3)
})
