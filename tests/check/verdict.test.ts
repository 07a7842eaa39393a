import { describe, expect, test } from 'vitest'
import { exitCode } from '../../src/check/exit-code.js'
import type { RoundMemory } from '../../src/check/target.js'
import { type Conclusion, conclude } from '../../src/check/verdict.js'
import type { Leaks } from '../../src/growth/leaks.js'
import type { Suspect } from '../../src/growth/suspects/suspect.js'
import type { Census } from '../../src/heap/census.js'

const MB = 1024 ** 2
const nothing: Leaks = {
  heaps: 3,
  suspects: [],
  levelling: [],
  uncertain: [],
  unretained: [],
  finalizers: 0,
  byChance: { heap: 0, external: 0 },
  notes: [],
}
const session = {
  headline: 'Map sessions gains',
  leaked: { type: 'Session', count: 20 },
  evidence: { by: 'identity', born: [5, 5, 5, 5], alongPath: [90, 95, 100, 105, 110] },
} as unknown as Suspect

interface Readings {
  readonly heap?: readonly number[]
  readonly external?: readonly number[]
  readonly native?: readonly number[]
  readonly collected?: boolean
  /** Rounds before the first capture. */
  readonly honest?: number
}

function concluded(
  { heap = [], external = [], native = [], honest = 99, collected = true }: Readings,
  leaks: Leaks = nothing,
  types: Census[] = [],
): Conclusion {
  const rounds = Math.max(heap.length, external.length, native.length)
  const memory = Array.from({ length: rounds }, (_, at): RoundMemory => {
    const [heapUsed, outside] = [heap[at] ?? 50 * MB, external[at] ?? 2 * MB]
    const rss = 100 * MB
    return {
      round: at + 1,
      seconds: at,
      heapUsed,
      external: outside,
      arrayBuffers: 0,
      rss,
      uss: rss,
      touched: at >= honest,
    }
  })
  return conclude(
    { memory, own: memory, native: memory.map((_, at) => native[at] ?? 40 * MB), collected, types },
    leaks,
  )
}

const rising = (rounds: number, step: number, from = 50 * MB): number[] =>
  Array.from({ length: rounds }, (_, at) => from + at * step)

describe('the verdict of a leak check', () => {
  test.each([
    ['nothing moves', { heap: rising(5, 0) }, nothing, 'not-leaking'],
    ['a suspect', { heap: rising(5, MB) }, { ...nothing, suspects: [session] }, 'leaking'],
    ['a small suspect in a still heap', { heap: rising(5, 0) }, { ...nothing, suspects: [session] }, 'leaking'],
    ['a suspect, but too few rounds', { heap: rising(3, MB) }, { ...nothing, suspects: [session] }, 'inconclusive'],
    ['external memory in a line', { external: rising(5, MB) }, nothing, 'leaking'],
    [
      'external memory in a line, by no more than buffers of different sizes vary',
      { external: rising(5, MB) },
      { ...nothing, byChance: { heap: 0, external: 5 * MB } },
      'not-leaking',
    ],
    [
      'the same by a little more: those that came may be larger',
      { external: rising(5, MB) },
      { ...nothing, byChance: { heap: 0, external: 3 * MB } },
      'inconclusive',
    ],
    [
      'the same by far more',
      { external: rising(5, MB) },
      { ...nothing, byChance: { heap: 0, external: 1.5 * MB } },
      'leaking',
    ],
    [
      "V8's heap in a line, by more than what comes and goes varies",
      { heap: rising(5, MB) },
      { ...nothing, byChance: { heap: 3 * MB, external: 0 } },
      'inconclusive',
    ],
    ['native memory in a line', { native: rising(8, 3 * MB) }, nothing, 'leaking'],
    ['native memory in a line, with garbage', { native: rising(5, 3 * MB), collected: false }, nothing, 'not-leaking'],
    ['much native memory in a line, with garbage', { native: rising(5, 8 * MB), collected: false }, nothing, 'leaking'],
    ['native memory, three honest readings', { native: rising(5, 3 * MB), honest: 3 }, nothing, 'inconclusive'],
    [
      'native memory only since the first capture',
      { native: [40, 40, 40, 90, 95].map(n => n * MB), honest: 3 },
      nothing,
      'not-leaking',
    ],
    ['the heap in a line that no object explains', { heap: rising(5, MB) }, nothing, 'inconclusive'],
    [
      'a cache that has filled',
      { heap: [50, 56, 60, 60, 60].map(n => n * MB) },
      { ...nothing, levelling: [session] },
      'not-leaking',
    ],
    [
      'a store that was enlarged and is level since',
      { heap: rising(5, 0) },
      { ...nothing, levelling: [{ ...session, evidence: { ...session.evidence, leaps: true } }] },
      'inconclusive',
    ],
    ['a cache still filling', { heap: rising(5, MB) }, { ...nothing, levelling: [session] }, 'inconclusive'],
    [
      'what nothing in the files retains',
      { heap: rising(5, 0) },
      { ...nothing, unretained: [{ type: 'Session', counts: [500, 1000, 1500] }] },
      'inconclusive',
    ],
    ['what may be chance', { heap: rising(5, 0) }, { ...nothing, uncertain: [session] }, 'inconclusive'],
    ['a queue that drains', { heap: [50, 58, 49, 57, 50].map(n => n * MB) }, nothing, 'not-leaking'],
    ['readings all over the place', { heap: [50, 58, 55, 60, 57].map(n => n * MB) }, nothing, 'inconclusive'],
    [
      'a small heap that moves a little',
      { heap: [4.4, 4.5, 4.42, 4.58, 4.46].map(n => n * MB) },
      nothing,
      'not-leaking',
    ],
  ] as const)('%s: %#', (_, readings, leaks, verdict) => {
    const { verdict: found, reasons } = concluded(readings, leaks)
    expect(found).toBe(verdict)
    expect(reasons.length).toBeGreaterThan(0)
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z0-9].*\.$/)
  })

  test.each([
    [100, 'collection'],
    [50, 'rounds'],
  ] as const)('what %i functions of FinalizationRegistries may yet take away wants %s', (finalizers, expected) => {
    const types = [0, 50, 100].map(count => new Map([['Timeout', { count, bytes: 100 * count }]]))
    const { verdict, wanted } = concluded(
      { heap: rising(8, MB / 10), collected: false },
      { ...nothing, finalizers },
      types,
    )
    expect({ verdict, wanted }).toEqual({ verdict: 'inconclusive', wanted: expected })
  })

  test.each([
    [16, '(compiled code)', 'not-leaking'],
    [16, 'Session', 'inconclusive'],
    [8, '(compiled code)', 'inconclusive'],
  ] as const)('a heap that grows a little over %i rounds, by %s', (rounds, type, expected) => {
    const types = Array.from({ length: rounds }, (_, at) => new Map([[type, { count: at, bytes: 100 * at }]]))
    expect(concluded({ heap: rising(rounds, MB / 20), collected: false }, nothing, types).verdict).toBe(expected)
  })

  test.each([
    [8, [true], 'leaking', 'rounds'],
    [12, [true], 'inconclusive', 'rounds'],
    [16, [true, true], 'inconclusive', 'rounds'],
    [16, [true, false], 'leaking', undefined],
  ] as const)('after %i rounds, suspects that gain less than at first (%j)', (rounds, slow, verdict, wanted) => {
    const suspects = slow.map(slowing => ({ ...session, evidence: { ...session.evidence, slowing } }))
    const found = concluded({ heap: rising(rounds, MB) }, { ...nothing, suspects })
    expect(found).toMatchObject({ verdict, wanted })
    if (verdict === 'inconclusive')
      expect(found.reasons[0]).toBe(
        'Map sessions gains; but ever less, as a filling cache does: more rounds would show.',
      )
  })

  test('reports which memory grows, and how fast', () => {
    expect(concluded({ external: rising(5, MB) })).toMatchObject({
      growing: [{ what: 'external', perRound: MB, gained: 4 * MB }],
      reasons: ['Memory external to V8 (buffers) grows by 1.0 MB per round, 4.0 MB in all (by chance: 0.83 %).'],
    })
  })

  test('reports no more digits of a chance than useful', () => {
    const [reason] = concluded({ external: rising(16, MB) }).reasons
    expect(reason).toMatch(/ \(by chance: less than 0\.01 %\)\.$/)
  })

  test('reports that none was freed only with ids', () => {
    const byPath = { ...session, evidence: { ...session.evidence, by: 'path' } } as Suspect
    const reason = (suspect: Suspect) =>
      concluded({ heap: rising(5, MB) }, { ...nothing, suspects: [suspect] }).reasons[0]
    expect(reason(session)).toBe('20 Session gained over 3 heaps and none released.')
    expect(reason(byPath)).toBe('20 Session gained over 3 heaps, more in each.')
  })

  test('exit codes', () => {
    expect((['not-leaking', 'leaking', 'inconclusive'] as const).map(exitCode)).toEqual([0, 1, 3])
  })
})

describe('noise', () => {
  // mulberry32 and Box–Muller: the same noise in every run.
  function noise(seed: number): () => number {
    let state = seed
    const uniform = (): number => {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    }
    return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  }
  const runs = 2000

  /** The shares of verdicts over many runs of that many rounds, with noise in all three memories. */
  function shares(rounds: number, spread: number, perRound: number): Record<string, number> {
    const count: Record<string, number> = { leaking: 0, 'not-leaking': 0, inconclusive: 0 }
    const random = noise(rounds + spread)
    const row = (level: number, step: number): number[] =>
      Array.from({ length: rounds }, (_, at) => level + step * at + spread * random())
    for (let run = 0; run < runs; run++) {
      count[concluded({ heap: row(50 * MB, 0), external: row(2 * MB, perRound), native: row(40 * MB, 0) }).verdict]!++
    }
    return Object.fromEntries(Object.entries(count).map(([verdict, times]) => [verdict, times / runs]))
  }

  test.each([
    [5, 20 * 1024, 0.001],
    [5, 100 * 1024, 0.05],
    [5, MB, 0.05],
    [8, MB, 0.05],
    [12, MB, 0.05],
  ])(
    '%i rounds with nothing but noise of %i bytes are called leaking in at most %f of runs',
    (rounds, spread, most) => {
      expect(shares(rounds, spread, 0).leaking).toBeLessThanOrEqual(most)
    },
  )

  test('a line ten times as steep as the noise is found in nearly every run', () => {
    expect(shares(5, 100 * 1024, MB).leaking).toBeGreaterThan(0.99)
  })

  test('a line no steeper than the noise is found with more rounds', () => {
    expect(shares(12, 100 * 1024, 100 * 1024).leaking).toBeGreaterThan(0.9)
  })
})
