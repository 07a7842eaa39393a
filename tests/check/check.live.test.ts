import { describe, expect, test } from 'vitest'
import { type CheckResult, check } from '../../src/check/index.js'
import { untold } from '../../src/task.js'
import { catalogue, type Leak, start } from '../fixtures/program.js'
import { hasAddon } from '../live/addon.js'
import { checkTarget } from './target.js'

/** Checks a fixture with that many units of work per round; its heaps are captured by fork if possible. */
async function checked(path: string, { units = 100, way = 'auto' }: Options = {}): Promise<CheckResult> {
  await using program = await start(`leaks/${path}`)
  await using target = await checkTarget(program.pid, way)
  return await check(target, { rounds: 5, load: () => program.step(units) }, untold)
}

interface Options {
  readonly units?: number
  readonly way?: 'auto' | 'inspector'
}

function expectLeak({ verdict, suspects }: CheckResult, leak: Leak): void {
  expect(verdict).toBe('leaking')
  const { headline, holder, leaked, path } = suspects[0]!
  expect(headline).toContain(leak.holder)
  if (leak.alsoHeldBy !== undefined) expect(headline).toContain(leak.alsoHeldBy)
  expect([leaked.type, ...path.map(({ type }) => type)]).toContain(leak.leaked)
  // Each round leaks 100; a capture or a last variable adds a few.
  expect(Math.abs(leaked.countPerRound % 100)).toSatisfy((off: number) => off <= 3 || off >= 97)
  expect(holder.location?.file).toContain(leak.name)
}

describe.each(catalogue)('$name', leak => {
  test('the leaking program: leaking, and the first suspect is its leak', async () => {
    const found = await checked(leak.leaking)
    expectLeak(found, leak)
    expect(found.suspects[0]!.evidence).toMatchObject(
      hasAddon ? { by: 'path', heaps: 5 } : { by: 'identity', heaps: 3 },
    )
  })

  test('its clean twin: no suspect, not leaking', async () => {
    const { verdict, suspects } = await checked(leak.clean)
    expect(suspects.map(({ headline }) => headline)).toEqual([])
    expect(verdict).toBe('not-leaking')
  })
})

describe('through the inspector, by object ids', () => {
  const some = ['map-cache', 'linked-list', 'promises', 'two-registries']
  test.each(catalogue.filter(({ name }) => some.includes(name)))('$name', async leak => {
    const found = await checked(leak.leaking, { way: 'inspector' })
    expectLeak(found, leak)
    expect(found.suspects[0]!.evidence).toMatchObject({ by: 'identity', heaps: 3 })
  })

  test('the rounds after the first capture are not as the program made them', async () => {
    const { verdict, memory } = await checked('buffers-clean.js', { way: 'inspector' })
    expect(verdict).toBe('not-leaking')
    expect(memory.map(({ touched }) => touched)).toEqual([false, false, false, true, true])
  })
})

describe('growth that is not a leak', () => {
  test.each(['bounded-cache.js', 'sawtooth.js'])('%s is never called leaking', async path => {
    const { verdict, suspects } = await checked(path, { units: 200 })
    expect(suspects).toEqual([])
    expect(verdict).not.toBe('leaking')
  })
})

test.skipIf(!hasAddon)(
  'captures by fork leave memory as it was: a leak outside V8 is told by five rounds',
  async () => {
    const { verdict, suspects } = await checked('native.js', { units: 500 })
    expect(verdict).toBe('leaking')
    expect(suspects.map(({ kind }) => kind)).toContain('native')
  },
)

test('memory beside the heap: the series is the rounds', async () => {
  const { memory, report } = await checked('buffers-clean.js')
  expect(memory.map(({ round }) => round)).toEqual([1, 2, 3, 4, 5])
  expect(memory.some(({ touched }) => touched)).toBe(!hasAddon)
  expect(report.sections[0]).toMatchObject({ shape: 'series', seconds: expect.objectContaining({ length: 5 }) })
  expect(report.findings).toMatchObject({ verdict: 'not-leaking', suspects: [] })
})
