import { expect, test } from 'vitest'
import { promises, promisesAnalysis } from '../../src/questions/promises.js'
import { heap } from '../draw.js'
import { ask, heapOf } from '../heap/drawn-heap.js'

const reaction = "hidden:'system / PromiseReaction'"
const context = "'system / Context'"
const drawn = heap`
  root.app = App
  App.awaited = Promise#awaited 48
  Promise#awaited{reactions_or_result} = ${reaction}#2 48
  ${reaction}#2{1} = ${reaction}#1 48
  ${reaction}#2{2} = closure:''#reject2 56
  ${reaction}#2{3} = closure:''#fulfil2 56
  closure:''#reject2{context} = ${context}#2 40
  closure:''#fulfil2{context} = ${context}#2
  ${context}#2{extension} = Generator 100
  Generator{function} = ask() 64 at 3:5:11
  Generator{parameters_and_registers} = array:registers 32
  Generator{promise} = Promise#ofAsk 48
  ${reaction}#1{2} = onValue() 64 at 3:9:1
  ${reaction}#1{3} = Promise#derived 48
  ${reaction}#1{4} = ${reaction}#2
  App.ofAsk = Promise#ofAsk
  App.derived = Promise#derived
  App.race = Promise#race 48
  Promise#race{reactions_or_result} = Price 64
  App.slow = Promise#slow 48
  Promise#slow{reactions_or_result} = ${reaction}#race 48
  ${reaction}#race{2} = closure:''#settle 56
  closure:''#settle{context} = ${context}#race 40
  ${context}#race{1} = Promise#race
  App.silent = Promise#silent 48
  App.task = Task 64
  Task{reactions_or_result} = ${reaction}#task 48
  ${reaction}#task{2} = hidden:'system / PromiseCapability'
  hidden:'system / PromiseCapability'{0} = Promise#capable 48
`

const places = { at: (_script: number, line: number, column: number) => ({ file: 'src/a.ts', line, column }) }
const all = { ...heapOf(drawn), places }

test('what waits for a promise is found by its reactions, which may be a ring', () => {
  const { waiters } = promises(all)
  expect(waiters.map(({ kind, waits, nodes, on }) => [kind, waits, nodes.length, on.size]).sort()).toEqual([
    ['await', 'await in ask  src/a.ts:5:11', 1, 1],
    ['promise', 'Promise.race, all, any or allSettled that is settled already', 1, 1],
    ['promise', 'a promise from then or finally', 1, 1],
    ['then', 'then onValue  src/a.ts:9:1', 1, 1],
  ])
})

test('an await retains the paused function', () => {
  const paused = promises(all).waiters.find(({ kind }) => kind === 'await')!
  expect(paused.retained).toBeGreaterThanOrEqual(40 + 100)
})

test('states: awaited, settled, pending on others, and unknown', () => {
  const { pending, unobserved, settled, undecided } = promises(all)
  expect(pending.map(({ promise, waiting }) => [promise, waiting])).toEqual(
    expect.arrayContaining([
      [drawn.node('Promise#awaited'), 2],
      [drawn.node('Promise#slow'), 1],
      [drawn.node('Task'), 1],
    ]),
  )
  expect(unobserved).toEqual(
    expect.arrayContaining([drawn.node('Promise#ofAsk'), drawn.node('Promise#derived'), drawn.node('Promise#capable')]),
  )
  expect({ settled, undecided }).toEqual({ settled: 1, undecided: 1 })
})

test('filters, limits, and reports what the heap does not have', () => {
  const { notes, sections, headline } = ask(promisesAnalysis, all, { filter: 'ask', limit: '1' })
  expect(headline).toMatch(
    /^1 call of ask \(src\/a\.ts:5:11\) waits for ever: nothing can settle what it awaits, retaining /,
  )
  expect(sections[0]).toMatchObject({ rows: [{ count: 1, promises: 1, waits: 'await in ask  src/a.ts:5:11' }] })
  expect(notes).toEqual([
    '2 more promises; raise --limit',
    expect.stringMatching(/^`For ever`: no GC root reaches/),
    '3 pending with waiters, 3 pending without waiters (they depend on others), 1 settled and left out; 1 undecided: pending without waiters, or settled with undefined, a boolean or a number.',
  ])
})

test('what something can still settle does not wait forever', () => {
  const { pending, waiters } = promises({
    ...heapOf(heap`
      root.app = App
      App.ready = Promise#ready 48
      Promise#ready{reactions_or_result} = ${reaction}#ready 48
      ${reaction}#ready{2} = onReady() 64 at 3:5:1
      App.lost = Promise#lost 48
      Promise#lost{reactions_or_result} = ${reaction}#lost 48
      ${reaction}#lost{2} = onLost() 64 at 3:9:1
      App.open = closure:resolve 64
      closure:resolve{context} = ${context}#resolve 40
      ${context}#resolve{4} = Promise#ready
    `),
    places,
  })
  expect(pending.map(({ isNeverSettled }) => isNeverSettled)).toEqual([false, true])
  expect(waiters.map(({ forever }) => forever).sort()).toEqual([0, 1])
})
