import { describe, expect, test } from 'vitest'
import { type CheckResult, check } from '../../src/check/index.js'
import { untold } from '../../src/task.js'
import { catalogue, start } from '../fixtures/program.js'
import { checkTarget } from './target.js'

/** Checks a fixture that does so many units of work a round. */
async function checked(path: string, units = 100): Promise<CheckResult> {
  await using program = await start(`leaks/${path}`)
  await using target = await checkTarget(program.pid)
  return await check(target, { load: () => program.step(units) }, untold)
}

describe.each(catalogue)('$name', leak => {
  test('the leaking program: leaking, and the first suspect is its leak', async () => {
    const { verdict, suspects } = await checked(leak.leaking)
    expect(verdict).toBe('leaking')
    const { headline, holder, leaked, path } = suspects[0]!
    expect(headline).toContain(leak.holder)
    if (leak.alsoHeldBy !== undefined) expect(headline).toContain(leak.alsoHeldBy)
    expect([leaked.type, ...path.map(({ type }) => type)]).toContain(leak.leaked)
    // Each round leaks 100; what a capture or a last variable holds besides is a matter of a few.
    expect(Math.abs(leaked.countPerRound % 100)).toSatisfy((off: number) => off <= 3 || off >= 97)
    expect(holder.location?.file).toContain(leak.name)
  })

  test('its clean twin: no suspect, not leaking', async () => {
    const { verdict, suspects } = await checked(leak.clean)
    expect(suspects.map(({ headline }) => headline)).toEqual([])
    expect(verdict).toBe('not-leaking')
  })
})

describe('what grows and is no leak', () => {
  test.each(['bounded-cache.js', 'sawtooth.js'])('%s is never called leaking', async path => {
    const { verdict, suspects } = await checked(path, 200)
    expect(suspects).toEqual([])
    expect(verdict).not.toBe('leaking')
  })
})

test('memory beside the heap: the series is the rounds, the first of them untouched by captures', async () => {
  const { memory, report } = await checked('buffers-clean.js')
  expect(memory.map(({ round, touched }) => [round, touched])).toEqual([
    [1, false],
    [2, false],
    [3, false],
    [4, true],
    [5, true],
  ])
  expect(report.sections[0]).toMatchObject({ shape: 'series', seconds: expect.objectContaining({ length: 5 }) })
  expect(report.findings).toMatchObject({ verdict: 'not-leaking', suspects: [] })
})
