import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readBaseline, updateBaseline } from '../../src/check/baseline.js'
import { decide, parseFailOn, parseIgnored } from '../../src/check/decide.js'
import { suspect } from './suspects.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leakscope-baseline-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const leaking = (...suspects: ReturnType<typeof suspect>[]) => ({ verdict: 'leaking', suspects }) as const
const baselineOf = (...suspects: ReturnType<typeof suspect>[]) =>
  updateBaseline(join(folder, 'leaks.json'), leaking(...suspects), 2)

describe('what fails a job', () => {
  test('by default every leak', () => {
    expect(decide(leaking(suspect('a')), { ignored: [], failOn: ['any'] }, 2)).toMatchObject({
      failing: true,
      exitCode: 1,
      suspects: [{ status: 'new', fails: true }],
    })
  })

  test('with a baseline, a new one, and a known one that is faster by more than half', () => {
    const policy = { baseline: baselineOf(suspect('a'), suspect('b')), ignored: [], failOn: ['new'] } as const
    const found = leaking(suspect('a', { bytesPerRound: 1400 }), suspect('b', { bytesPerRound: 1600 }), suspect('c'))
    const { suspects, exitCode } = decide(found, policy, 2)
    expect(suspects.map(({ status, fails }) => [status, fails])).toEqual([
      ['known', false],
      ['faster', true],
      ['new', true],
    ])
    expect(exitCode).toBe(1)
    expect(decide(leaking(suspect('a')), policy, 2)).toMatchObject({ failing: false, exitCode: 0 })
    expect(decide(leaking(suspect('a')), { ...policy, failOn: ['any'] }, 2).exitCode).toBe(1)
  })

  test('not one that only had longer rounds', () => {
    const policy = { baseline: baselineOf(suspect('a')), ignored: [], failOn: ['new'] } as const
    expect(decide(leaking(suspect('a', { bytesPerRound: 5000 })), policy, 10).suspects[0]!.status).toBe('known')
  })

  test('never an ignored one, by fingerprint, text or pattern, with the reason reported', () => {
    for (const rule of ['a # bounded', 'sessions in server # bounded', '/gains \\d+ Session/ # bounded']) {
      const { suspects, exitCode } = decide(
        leaking(suspect('a')),
        { ignored: [parseIgnored(rule)], failOn: ['any'] },
        2,
      )
      expect([exitCode, suspects[0]]).toMatchObject([0, { status: 'ignored', reason: 'bounded', fails: false }])
    }
    expect(() => parseIgnored('# no pattern')).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  test('an inconclusive check only on request', () => {
    const unclear = { verdict: 'inconclusive', suspects: [] } as const
    expect(decide(unclear, { ignored: [], failOn: ['any'] }, 2)).toMatchObject({ failing: false, exitCode: 3 })
    expect(decide(unclear, { ignored: [], failOn: parseFailOn('new,inconclusive') }, 2).exitCode).toBe(1)
    expect(() => parseFailOn('never')).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})

describe('a baseline', () => {
  const path = () => join(folder, 'leaks.json')

  test('keeps the reasons that people wrote, and drops what is fixed', () => {
    baselineOf(suspect('a'), suspect('b'))
    writeFileSync(path(), readFileSync(path(), 'utf8').replace('"since"', '"reason": "ticket 7",\n      "since"'))
    baselineOf(suspect('a'))
    expect([...readBaseline(path()).values()]).toMatchObject([{ fingerprint: 'a', reason: 'ticket 7' }])
  })

  test('loses nothing to an inconclusive check', () => {
    baselineOf(suspect('a'))
    updateBaseline(path(), { verdict: 'inconclusive', suspects: [] }, 2)
    expect([...readBaseline(path()).keys()]).toEqual(['a'])
  })

  test.each(['', '{}', '{"version":1,"leaks":[{"fingerprint":3}]}', '[]'])('%j is not one', text => {
    writeFileSync(path(), text)
    expect(() => readBaseline(path())).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })
})
