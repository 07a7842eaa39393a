import { describe, expect, test } from 'vitest'
import { leaks } from '../../src/growth/leaks.js'
import { longLived } from '../../src/growth/long-lived.js'
import { isStair } from '../../src/growth/rise.js'
import type { Sample } from '../../src/growth/turnover.js'
import { verdictOf } from '../../src/growth/verdict.js'
import { random } from './random.js'
import { fromMemory, lines, withIds } from './series.js'

interface Life {
  readonly from: number
  readonly to: number
}

/**
 * Objects that arrive at random, about that many at a time, each alive for `life` heaps; and `leaked` more per heap
 * that stay.
 */
function lives(seed: number, heaps: number, level: number, life: number, leaked: number): Life[] {
  const { uniform } = random(seed)
  const before = 3 * life
  const some = (number: number, from: number, length: (from: number) => number): Life[] =>
    Array.from({ length: Math.round(number + Math.sqrt(number) * (2 * uniform() - 1)) }, () => {
      const at = from + uniform() * (heaps - from)
      return { from: at, to: at + length(at) }
    })
  return [
    ...some((level / life) * (heaps + before), -before, () => 2 * life * uniform()),
    ...some(leaked * heaps, 0, () => Number.POSITIVE_INFINITY),
  ]
}

const there = (all: readonly Life[], at: number): number[] =>
  all.flatMap(({ from, to }, n) => (from <= at && to > at ? n : []))

/** Requests in flight, one list per heap: `drawn` draws request `n`. */
const openRequests = (all: readonly Life[], heaps: number, drawn: (n: number, at: number) => string): string[] =>
  Array.from({ length: heaps }, (_, at) => {
    const numbers = there(all, at)
    return `
      root.app = App
      App.open = Set 32
      Set{table} = array:table 4096
      ${numbers.map((n, i) => `array:table{${i}} = ${drawn(n, at)}`).join('\n')}`
  })

const withTexts = (n: number): string => `Request#${n} 64\nRequest#${n}.url = "/orders/${n}" 32`
const moved = (n: number, at: number): string => `Request#${n}at${at} 64\nRequest#${n}at${at}.url = "/orders/${n}" 32`
const withoutTexts = (n: number): string => `Request#${n} 64`

describe('requests that are never answered, among many that are', () => {
  const heaps = 12
  const some = lives(4, heaps, 300, 1, 7)

  test.each([
    ['by their texts', withTexts],
    ['by their texts, though V8 moved them', moved],
    ['by their addresses', withoutTexts],
  ])('are found %s', async (_, drawn) => {
    const found = await leaks(fromMemory(openRequests(some, heaps, drawn)))
    expect(found.suspects).toMatchObject([{ leaked: { type: 'Request' }, evidence: { longLived: expect.any(Array) } }])
    const { count } = found.suspects[0]!.leaked
    expect(count).toBeGreaterThan(55)
    expect(count).toBeLessThan(110)
    expect(found.suspects[0]!.headline).toContain(' over 12 heaps, among others that come and go')
  })

  test('are found by ids', async () => {
    expect((await leaks(withIds(openRequests(some, heaps, withoutTexts)))).suspects).toMatchObject([
      { leaked: { type: 'Request' } },
    ])
  })

  test('are not found if V8 moved all objects, and nothing else distinguishes them', async () => {
    const unknown = (n: number, at: number): string => `Request#${n}at${at} 64`
    expect(verdictOf(await leaks(fromMemory(openRequests(some, heaps, unknown))))).toBe('not-leaking')
  })

  test('may be chance in eight heaps, so more are captured', async () => {
    const found = await leaks(fromMemory(openRequests(lives(8, 8, 300, 0.5, 14), 8, withTexts)))
    expect(found).toMatchObject({ suspects: [], uncertain: [{ leaked: { type: 'Request' } }] })
  })
})

test.each([1, 3, 8])('what comes and goes, and lives for %i heaps, is not a leak', async life => {
  const verdicts = []
  for (let seed = 1; seed <= 8; seed++)
    verdicts.push(verdictOf(await leaks(fromMemory(openRequests(lives(seed, 12, 200, life, 0), 12, withTexts)))))
  expect(verdicts.filter(verdict => verdict !== 'not-leaking').length).toBeLessThan(2)
  expect(verdicts).not.toContain('leaking')
})

/** In how many of a hundred series long-lived objects are reported as growing. */
function found(heaps: number, level: number, life: number, leaked: number): number {
  const moments = Array.from({ length: heaps }, (_, at) => at)
  let number = 0
  for (let seed = 1; seed <= 100; seed++) {
    const all = lives(1000 * seed + heaps, heaps, level, life, leaked)
    const samples = moments.map((at): Sample => {
      const key = Float64Array.from(there(all, at))
      const known = { key, signature: new Uint32Array(key.length).fill(1), share: Float64Array.of(1, 1) }
      return { byPlace: known, byText: known }
    })
    if ((longLived(samples, moments)([1])?.gain ?? 0) > leaked * heaps * 0.5 + 10) number++
  }
  return number
}

test('a leak of two of a hundred per heap is found in sixteen heaps', () => {
  expect(found(16, 300, 0.5, 6)).toBeGreaterThan(90)
  expect(found(16, 300, 2, 6)).toBeGreaterThan(80)
  // As many as may come and go in 16 heaps by chance: objects that live as long as the series are not distinguished.
  expect(found(16, 300, 0.5, 0)).toBe(0)
  expect(found(16, 300, 3, 0)).toBeLessThan(3)
})

test('fewer than eight heaps say nothing about long-lived objects', () => {
  expect(found(7, 300, 0.5, 20)).toBe(0)
})

describe('what is added in bursts', () => {
  const log = (length: number): string => `
    root.app = App
    App.audit = Array 32
    ${lines(length, n => `Array[${n}] = Entry#${n} 48`)}`

  test('may leak in eight heaps, and does in sixteen', async () => {
    const eight = [0, 0, 0, 60, 60, 60, 60, 120].map(more => log(60 + more))
    expect(await leaks(fromMemory(eight))).toMatchObject({ suspects: [], uncertain: [{ leaked: { type: 'Entry' } }] })
    const sixteen = Array.from({ length: 16 }, (_, at) => log(60 * (1 + Math.floor((at + 1) / 4))))
    expect((await leaks(fromMemory(sixteen))).suspects).toMatchObject([{ leaked: { type: 'Entry' } }])
  })

  test('is a staircase if the steps are alike and continue', () => {
    expect(isStair([1, 1, 1, 2, 2, 2, 3, 3])).toBe(true)
    expect(isStair([0, 0, 0, 0, 60, 60, 60, 60])).toBe(false)
    expect(isStair([0, 100, 130, 140, 140, 140, 140, 140])).toBe(false)
    expect(isStair([0, 0, 60, 60, 60, 5, 5, 65])).toBe(false)
    expect(isStair([0, 60, 60, 120, 120, 120, 120, 120])).toBe(false)
  })
})
