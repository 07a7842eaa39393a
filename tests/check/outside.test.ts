import { expect, test } from 'vitest'
import { fragmentation, freeShare, growingPart, verdictWithOutside } from '../../src/check/outside.js'
import type { RoundMemory } from '../../src/check/target.js'
import type { OutsideHeap } from '../../src/outside-heap.js'

const MB = 1024 * 1024
const part = (malloc: number, threads = 5): OutsideHeap['parts'][number] => ({
  malloc: malloc * MB,
  arenas: 3,
  stacks: MB,
  threads,
  files: MB,
  other: 20 * MB,
})
const kept = (resident: number): OutsideHeap['allocator'][number] => ({
  arenas: 9,
  system: 400 * MB,
  mapped: 0,
  unused: resident * MB,
  resident: resident * MB,
})
const rising = [38, 44, 50, 57, 63].map(
  (uss, at): RoundMemory => ({
    round: at + 1,
    seconds: 2 * at,
    heapUsed: 5 * MB,
    external: MB,
    arrayBuffers: 0,
    rss: (uss + 40) * MB,
    uss: uss * MB,
    touched: false,
  }),
)
const calm = { verdict: 'not-leaking', reasons: ['Nothing grew from round to round.'], suspects: 0 } as const

test('the growing part is named, with the current number of arenas or threads', () => {
  expect(growingPart({ parts: [part(10), part(40)], allocator: [] })).toBe("30.0 MB of it in malloc's arenas")
  expect(growingPart({ parts: [part(10), { ...part(10, 25), stacks: 9 * MB }], allocator: [] })).toBe(
    '8.0 MB of it in the stacks of threads (5 → 25 threads)',
  )
  expect(growingPart({ parts: [part(10), part(10)], allocator: [] })).toBeUndefined()
})

test('free memory that glibc keeps is not a leak', () => {
  const outside = { parts: [], allocator: [kept(10), kept(60)] }
  expect(fragmentation(outside, rising)).toBe(
    'Of 103.0 MB RSS, 60.0 MB are free memory that glibc keeps in 9 arenas, 50.0 MB more than at first: not a leak. MALLOC_ARENA_MAX=2 or jemalloc (LD_PRELOAD) returns it.',
  )
  expect(freeShare(outside, 50 * MB)).toBe(1)
  expect(fragmentation({ parts: [], allocator: [kept(1)] }, rising)).toBeUndefined()
})

test('rising USS in five readings over a level heap is not "nothing grew"', () => {
  const { verdict, reasons } = verdictWithOutside(calm, [], { parts: [part(10), part(35)], allocator: [] }, rising)
  expect(verdict).toBe('inconclusive')
  expect(reasons[0]).toMatch(
    /^USS rose in 5 readings by 25\.0 MB, with V8's heap level: 25\.0 MB of it in malloc's arenas/,
  )
})

test('unless the allocator keeps it free', () => {
  const { verdict, reasons } = verdictWithOutside(calm, [], { parts: [], allocator: [kept(10), kept(35)] }, rising)
  expect(verdict).toBe('not-leaking')
  expect(reasons[0]).toMatch(/^Of 103\.0 MB RSS, 35\.0 MB are free memory that glibc keeps/)
})

test('a level value is unchanged', () => {
  const level = rising.map(reading => ({ ...reading, uss: 40 * MB }))
  expect(verdictWithOutside(calm, [], { parts: [], allocator: [] }, level)).toEqual({
    verdict: 'not-leaking',
    reasons: calm.reasons,
  })
})
