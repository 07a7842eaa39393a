import { expect, test } from 'vitest'
import { inChild, inTarget, Readings } from '../../src/check/measurement.js'
import { noNotes } from '../../src/check/notes.js'
import type { CheckTarget, MemoryReading } from '../../src/check/target.js'

const capture = { living: undefined, types: new Map(), inChild: false, isLast: false }
const within = <Result>(work: Promise<Result>): Promise<Result> => work

/** A process whose heap has these sizes, one per reading. */
function drawn(...heaps: number[]): { target: CheckTarget; collected: () => number } {
  let collections = 0
  const target: CheckTarget = {
    async collectGarbage() {
      collections++
    },
    async memory(): Promise<MemoryReading> {
      const heapUsed = heaps.shift()!
      return { heapUsed, heapTotal: 1000, external: 8, arrayBuffers: 4, rss: 5000, uss: 4000, privateDirty: 3000 }
    },
    capture: () => Promise.reject(new Error('not here')),
  }
  return { target, collected: () => collections }
}

test('in the target, garbage is collected, and what a capture added is subtracted afterwards', async () => {
  const { target, collected } = drawn(100, 130, 140)
  const notes = noNotes()
  const measurement = inTarget(target, new Readings(notes), within)
  await measurement.warmedUp()
  await measurement.read(1)
  expect(await measurement.captured(capture)).toBe(measurement)
  await measurement.read(2)
  expect(notes.own.map(({ heapUsed }) => heapUsed)).toEqual([100, 110])
  expect(notes.memory.map(({ round, heapUsed }) => [round, heapUsed])).toEqual([
    [1, 100],
    [2, 140],
  ])
  expect(notes.native).toEqual([1992, 1992])
  expect(collected()).toBe(4)
})

test('in the target, a capture in a child, and the last one, add nothing', async () => {
  const { target, collected } = drawn(100)
  const measurement = inTarget(target, new Readings(noNotes()), within)
  await measurement.read(1)
  await measurement.captured({ ...capture, inChild: true })
  await measurement.captured({ ...capture, isLast: true })
  expect(collected()).toBe(1)
})

test('in a child, the process is spared, and code that V8 keeps does not count', async () => {
  const { target, collected } = drawn(100, 100)
  const notes = noNotes()
  const measurement = inChild(target, new Readings(notes), within)
  await measurement.warmedUp()
  await measurement.read(1)
  expect(notes.memory).toEqual([])
  const living = { heapUsed: 70, external: 6, arrayBuffers: 2 }
  const types = new Map([['(compiled code)', { count: 1, bytes: 20 }]])
  expect(await measurement.captured({ ...capture, inChild: true, living, types })).toBe(measurement)
  expect(notes.own).toEqual([{ heapUsed: 50, external: 6 }])
  expect(notes.memory[0]).toMatchObject({ round: 1, heapUsed: 70, external: 6, arrayBuffers: 2, rss: 5000 })
  expect(collected()).toBe(0)
})

test('a child without live memory is followed by measuring in the target', async () => {
  const { target, collected } = drawn(100, 80, 90)
  const notes = noNotes()
  const measurement = inChild(target, new Readings(notes), within)
  await measurement.read(1)
  const instead = await measurement.captured(capture)
  expect(instead).not.toBe(measurement)
  await instead.read(2)
  expect(notes.memory.map(({ round, heapUsed }) => [round, heapUsed])).toEqual([
    [1, 80],
    [2, 90],
  ])
  expect(collected()).toBe(2)
})
