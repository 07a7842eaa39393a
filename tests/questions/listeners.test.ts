import { expect, test } from 'vitest'
import { isAboveMost, listeners, listenersAnalysis } from '../../src/questions/listeners.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

const times = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n')

const drawn = heap`
  root.feed = Feed
  Feed._events = Object#events
  Object#events.data = Array#data
  ${times(12, at => `Array#data[${at}] = onData()#${at} 64`)}
  Object#events.end = wrapper()
  wrapper().listener = onEnd() 64
  Object#events."<symbol kStop>" = onStop() 64
  Object#events.__proto__ = notAListener()
  Object#events.odd = Object#odd
  Feed._maxListeners = hidden:'undefined'
  root.set = Emitter#set
  Emitter#set._events = Object#set
  Object#set.tick = Array#tick
  ${times(12, at => `Array#tick[${at}] = onTick()#${at} 64`)}
  root.told = Emitter#told
  Emitter#told._events = Object#told
  Object#told.tick = onTick()#told 64
  Emitter#told._maxListeners = number:'smi number'
  number:'smi number'{value} = "20"
  root.prototype = Object#prototype
  Object#prototype._events = hidden:'undefined'
  root.signal = EventTarget
  EventTarget."<symbol kEvents>" = Map
  Map{table} = array:table 152
  array:table{5} = "abort"
  array:table{6} = Object#root
  Object#root.next = Listener#1
  Listener#1.next = Listener#2
  Listener#1.listener = onAbort()#1 64
  Listener#2.next = Object#root
  Listener#2.callback = onAbort()#2 64
`

test('emitters and targets, by event, the most first; a circular chain ends', () => {
  const rows = listeners(heapOf(drawn)).map(one => [one.type, one.event, one.nodes.length, one.most, isAboveMost(one)])
  expect(rows).toEqual([
    ['Feed', 'data', 12, 10, true],
    ['Emitter', 'tick', 12, undefined, false],
    ['AbortSignal', 'abort', 2, undefined, false],
    ['Feed', 'end', 1, 10, false],
    ['Feed', 'Symbol(kStop)', 1, 10, false],
    ['Emitter', 'tick', 1, 20, false],
  ])
})

test('listeners by function, over all emitters', () => {
  const { sections, notes, headline } = ask(listenersAnalysis, heapOf(drawn))
  expect(sections[1]).toMatchObject({
    rows: expect.arrayContaining([{ count: 13, emitters: 2, event: 'tick', callback: 'onTick' }]),
  })
  expect(notes[0]).toBe('1 emitter has more listeners for an event than maxListeners; see --above')
  expect(headline).toMatch(/^12 'data' listeners on Feed .*: onData$/)
})

test('filters by event, type, number and limit', () => {
  const types = (words: Record<string, string | true>) =>
    rowsOf(ask(listenersAnalysis, heapOf(drawn), words)).map(({ event }) => event)
  expect(types({ event: 'abort' })).toEqual(['abort'])
  expect(types({ filter: 'Emitter', min: '2' })).toEqual(['tick'])
  expect(types({ above: true })).toEqual(['data'])
  expect(types({ limit: '1' })).toEqual(['data'])
  expect(ask(listenersAnalysis, heapOf(drawn), { event: 'nothing' })).toMatchObject({
    notes: ['There are no event listeners.'],
  })
})
