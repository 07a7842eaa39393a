import { expect, test } from 'vitest'
import { timers, timersAnalysis } from '../../src/questions/timers.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

const drawn = heap`
  root.lists = Object
  Object[30000] = TimersList#half
  TimersList#half._idleNext = Timeout#1
  Timeout#1 100
  Timeout#1._idleNext = Timeout#2
  Timeout#1._onTimeout = poll()#1 64
  Timeout#2 100
  Timeout#2._idleNext = TimersList#half
  Timeout#2._onTimeout = poll()#2 64
  Timeout#2."<symbol refed>" = hidden:'false'
  poll()#1->connection = Connection 1000
  poll()#2->connection = Connection
  Object[60000] = TimersList#minute
  TimersList#minute._idlePrev = Timeout#once
  Timeout#once 100
  Timeout#once._idlePrev = Timeout#once
  Timeout#once._onTimeout = later() 64
  Timeout#once._repeat = hidden:'null'
  root.immediate = Immediate 100
  Immediate._onImmediate = soon() 64
  root.cleared = Timeout#cleared 100
  Timeout#cleared._onTimeout = hidden:'null'
  Timeout#cleared."<symbol refed>" = hidden:'true'
  root.mine = Timeout#mine 100
  Timeout#mine.seconds = "3"
`

test('waiting timers by function and period; a circular ring ends', () => {
  const { waiting, over } = timers(heapOf(drawn))
  expect(
    waiting.map(({ nodes, kind, every, callback, unrefed }) => [nodes.length, kind, every, callback, unrefed]),
  ).toEqual([
    [2, 'interval', 30000, 'poll', 1],
    [1, 'timeout', 60000, 'later', 0],
    [1, 'immediate', undefined, 'soon', 0],
  ])
  expect(over).toEqual([drawn.node('Timeout#cleared')])
})

test('what two timers retain is reported for all of them together', () => {
  const { notes, headline } = ask(timersAnalysis, heapOf(drawn), { filter: 'poll' })
  expect(headline).toBe('2 timers every 30,000 ms → poll')
  expect(notes).toEqual([
    'All 2 timers together retain 1.3 KB, including what several of them share.',
    '1 more timer was cleared or fired and is still retained',
  ])
  expect(rowsOf(ask(timersAnalysis, heapOf(drawn), { sort: 'retained', limit: '1' }))).toHaveLength(1)
})

test('no timers is a valid answer', () => {
  expect(ask(timersAnalysis, heapOf(heap`root.app = App`))).toMatchObject({ notes: ['There are no pending timers.'] })
})
