import { expect, test } from 'vitest'
import { census } from '../../src/heap/census.js'
import type { Heap } from '../../src/heap/heap.js'
import { growth, growthAnalysis, growthReport, noPeak } from '../../src/questions/growth.js'
import { newIdsAnalysis } from '../../src/questions/new-ids.js'
import { draw } from '../draw.js'
import { askSeries, heapOf, rowsOf } from '../heap/drawn-heap.js'

/** A heap with that many objects of each type, 8 bytes each. */
const heapWith = (counts: Readonly<Record<string, number>>): Heap =>
  heapOf(
    draw(
      Object.entries(counts)
        .flatMap(([type, count]) => Array.from({ length: count }, (_, at) => `root.${type}${at} = ${type}#${at} 8`))
        .join('\n'),
    ),
  )

test('growth lists the types that gained objects, most gained first, with the bytes', async () => {
  const report = await askSeries(growthAnalysis, [
    heapWith({ Session: 2, User: 5, Gone: 3 }),
    heapWith({ Session: 6, User: 6, New: 1 }),
  ])
  expect(rowsOf(report)).toEqual([
    { type: 'Session', count: 6, delta: 4, bytes: 32 },
    { type: 'New', count: 1, delta: 1, bytes: 8 },
    { type: 'User', count: 6, delta: 1, bytes: 8 },
  ])
})

test('a type that shrank and came back is not listed: growth is beyond the highest count so far', async () => {
  const report = await askSeries(growthAnalysis, [
    heapWith({ Pool: 9, Session: 1 }),
    heapWith({ Pool: 2, Session: 2 }),
    heapWith({ Pool: 8, Session: 4 }),
  ])
  expect(rowsOf(report)).toEqual([{ type: 'Session', count: 4, delta: 2, bytes: 16 }])
})

test('if nothing grew, the table is empty and a note says so', async () => {
  const report = await askSeries(growthAnalysis, [heapWith({ Session: 2 }), heapWith({ Session: 2 })])
  expect(rowsOf(report)).toEqual([])
  expect(report.notes).toEqual(['Nothing grew.'])
})

test('the peak is a value: the same peak gives the same answer twice', () => {
  const first = growth(noPeak, census(heapWith({ Session: 2 })))
  const now = census(heapWith({ Session: 3 }))
  expect(growth(first.peak, now).rows).toEqual(growth(first.peak, now).rows)
  expect(noPeak.size).toBe(0)
})

test('a session continues from the returned peak', () => {
  let peak = noPeak
  const step = (count: number): unknown => {
    const next = growthReport(peak, heapWith({ Session: count }), { filter: type => type === 'Session' })
    peak = next.peak
    return rowsOf(next.report)[0]?.delta
  }
  expect([step(5), step(3), step(6), step(6)]).toEqual([5, undefined, 1, undefined])
})

test('one heap is not enough', async () => {
  await expect(askSeries(growthAnalysis, [heapWith({})])).rejects.toMatchObject({ code: 'USAGE' })
})

const before = draw(`
  root.a = Session#1 8 @11
  root.b = Session#2 8 @13
  root.c = User 8 @15
`)
const after = draw(`
  root.b = Session#2 8 @13
  root.d = Session#3 8 @21
  root.e = Session#4 8 @23
  root.f = Timer 8 @25
`)

test('new-ids lists the objects that the previous heap did not have, also of types that did not grow', async () => {
  const session = '4121/1'
  const report = await askSeries(newIdsAnalysis, [heapOf(before, { session }), heapOf(after, { session })])
  expect(rowsOf(report)).toEqual([
    { type: 'Session', old: 2, current: 3, new: 2, delta: 1, example: 23 },
    { type: 'Timer', old: 0, current: 1, new: 1, delta: 1, example: 25 },
    { type: 'User', old: 1, current: 0, new: 0, delta: -1, example: null },
  ])
})

test('new-ids are sorted as in objgraph', async () => {
  const session = '4121/1'
  const types = async (sortby: string) => {
    const heaps = [heapOf(before, { session }), heapOf(after, { session })]
    return rowsOf(await askSeries(newIdsAnalysis, heaps, { sortby })).map(({ type }) => type)
  }
  expect(await types('deltas')).toEqual(['Session', 'Timer', 'User'])
  expect(await types('old')).toEqual(['Session', 'User', 'Timer'])
})

test('heaps of different or unknown sessions are not compared by id', async () => {
  const compare = (one: string | null, other: string | null) =>
    askSeries(newIdsAnalysis, [heapOf(before, { session: one }), heapOf(after, { session: other })])
  await expect(compare('4121/1', '4121/2')).rejects.toThrow('captured in different sessions')
  await expect(compare(null, null)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
})
