import { expect, test } from 'vitest'
import { compareWith, type EarlierCheck, overall } from '../../src/check/against.js'
import { suspect } from './suspects.js'

const before: EarlierCheck = {
  plan: {},
  work: { cpuSeconds: 4, requests: null },
  rounds: 5,
  suspects: [suspect('a')],
}
const clean = {
  verdict: 'not-leaking',
  reasons: ['Nothing grew from round to round.'],
  suspects: [],
  doubtful: [],
  rounds: 5,
  work: { seconds: 10, cpuSeconds: 4.2, requests: null },
} as const

const outcome = (now: Parameters<typeof compareWith>[1]) => compareWith(before, now)[0]!

test('gone after as much work is fixed', () => {
  expect(outcome(clean)).toMatchObject({
    outcome: 'fixed',
    because: 'It gained 10 Session (1,000 B) per round, and gains nothing now, over 5 rounds of as much work.',
  })
})

test('the same fingerprint is not fixed', () => {
  const now = { ...clean, verdict: 'leaking', suspects: [suspect('a', { bytesPerRound: 500 })] } as const
  expect(outcome(now)).toMatchObject({
    outcome: 'not-fixed',
    because: 'It gains 10 Session (500 B) per round; before it was 10 Session (1,000 B).',
  })
})

test.each([
  ['a check that could not tell', { ...clean, verdict: 'inconclusive' }, /is inconclusive/],
  ['fewer rounds', { ...clean, rounds: 4 }, /4 rounds, the earlier one 5/],
  ['a process that did nothing', { ...clean, work: { ...clean.work, cpuSeconds: 1 } }, /1\.0 s of processor time/],
  ['what levels off', { ...clean, doubtful: [suspect('a')] }, /still grows/],
  [
    'the same type under another name',
    { ...clean, verdict: 'leaking', suspects: [suspect('b')] },
    /another name \(b\)/,
  ],
] as const)('%s proves no fix', (_, now, because) => {
  expect(outcome(now)).toMatchObject({ outcome: 'cannot-tell', because: expect.stringMatching(because) })
})

test('requests count if leakscope made them', () => {
  const earlier = { ...before, work: { cpuSeconds: 4, requests: 1000 } }
  const now = (requests: number) => ({ ...clean, work: { ...clean.work, cpuSeconds: 1, requests } })
  expect(compareWith(earlier, now(900))[0]!.outcome).toBe('fixed')
  expect(compareWith(earlier, now(400))[0]!.outcome).toBe('cannot-tell')
})

test('all leaks must be fixed', () => {
  const of = (...outcomes: ('fixed' | 'not-fixed' | 'cannot-tell')[]) =>
    overall(outcomes.map(outcome => ({ fingerprint: '', headline: '', because: '', outcome })))
  expect([of('fixed', 'fixed'), of('fixed', 'cannot-tell'), of('cannot-tell', 'not-fixed')]).toEqual([
    'fixed',
    'cannot-tell',
    'not-fixed',
  ])
})
