import { expect, test } from 'vitest'
import { collections, collectionsAnalysis } from '../../src/questions/collections.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

// A Map's table of 2 buckets has 3 + 2 × 7 slots and two words before them, of 32 buckets 3 + 32 × 7.
const drawn = heap`
  root.app = App
  App.few = Map#few 32
  Map#few{table} = array:few 152
  array:few{5} = "a"
  array:few{6} = Session#a 64
  App.numbers = Map#numbers 32
  Map#numbers{table} = array:numbers 1832
  App.empty = Set#empty 32
  Set#empty{table} = array:empty 120
  App.list = Array#list 32
  Array#list{elements} = array:list 1040
  Array#list[0] = Session#b 1024
  App.none = Array#none 32
  App.dictionary = Object#dictionary 24
  Object#dictionary{properties} = array:'(object properties)' 448
  array:'(object properties)'{6} = "one"
  array:'(object properties)'{9} = "two"
  App.plain = Object#plain 24
  Object#plain.list = Array#list
  App.subclass = Cache 32
  Cache{table} = array:cache 152
`
const shown = (words: Record<string, string | true> = {}) =>
  rowsOf(ask(collectionsAnalysis, heapOf(drawn), { limit: 'all', ...words }))

test('entries, capacity and unused capacity of each collection, the largest retained size first', () => {
  const rows = shown()
  const sizes = rows.map(({ retained }) => Number(retained))
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
  const found = rows.map(({ type, entries, capacity, fill, unused }) => [type, entries, capacity, fill, unused])
  expect(found.sort()).toEqual(
    [
      // It has no visible entries, so it contains numbers.
      ['Map', 0, 64, null, 0],
      ['Map', 1, 4, 25, 3 * 28],
      ['Cache', 0, 4, 0, 4 * 28],
      ['Set', 0, 4, 0, 4 * 20],
      ['Array', 1, 128, 100 / 128, 127 * 8],
      ['Array', 0, 0, null, 0],
      ['Object', 2, 16, 12.5, 14 * 24],
    ].sort(),
  )
})

test('by kind, by type, by entries, only empty ones', () => {
  const types = (words: Record<string, string | true>) => shown(words).map(({ type }) => type)
  expect(types({ kind: 'set' })).toEqual(['Set'])
  expect(types({ kind: 'map', filter: 'Cache' })).toEqual(['Cache'])
  expect(types({ minEntries: '2' })).toEqual(['Object'])
  expect(types({ empty: true, sort: 'capacity' }).sort()).toEqual(['Cache', 'Set'])
  expect(types({ sort: 'unused' })[0]).toBe('Array')
  expect(types({ sort: 'entries' })[0]).toBe('Object')
})

test('the kinds in total, and the fullest', () => {
  const { sections, headline, notes } = ask(collectionsAnalysis, heapOf(drawn), { limit: '1', sort: 'entries' })
  expect(headline).toMatch(/ has 2 entries and retains /)
  expect(sections.map(({ title }) => title)).toEqual(['Collections', 'By kind'])
  expect(sections[1]).toMatchObject({
    rows: expect.arrayContaining([
      { kind: 'array', count: 2, empty: 1, entries: 1, tables: 1040, unused: 127 * 8 },
      expect.objectContaining({ kind: 'map', count: 3, empty: 1, entries: 1 }),
    ]),
  })
  expect(notes[0]).toBe('6 more collections; raise --limit')
})

test('a heap without collections has no headline, and no wrong statement', () => {
  const nothing = heapOf(heap`root.app = App`)
  expect(collections(nothing)).toEqual([])
  expect(ask(collectionsAnalysis, nothing)).toMatchObject({ notes: [] })
  expect(ask(collectionsAnalysis, nothing).headline).toBeUndefined()
})
