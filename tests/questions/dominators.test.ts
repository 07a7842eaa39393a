import { expect, test } from 'vitest'
import { dominatorsAnalysis } from '../../src/questions/dominators.js'
import { findAnalysis } from '../../src/questions/find.js'
import { draw, heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

const drawn = heapOf(heap`
  root.cache = Cache 1000
  root.small = Small 24
  Cache.map = Map 1000
  Map{table} = array:table 2000
  array:table{6} = Session#1 3000
  array:table{9} = Session#2 1000
  Session#1.shared = Shared 1000
  root.shared = Shared
`)

test('the largest retained sizes are a tree, largest first, with internal tables skipped', () => {
  const rows = rowsOf(ask(dominatorsAnalysis, drawn, { min: '0' }))
  expect(rows.map(({ type, retained }) => [type, retained])).toEqual([
    ['Cache', 8000],
    ['  Map', 7000],
    ['    Session', 3000],
    ['    Session', 1000],
    ['Shared', 1000],
    ['Small', 24],
  ])
})

test('shares are of the whole heap', () => {
  const [first] = rowsOf(ask(dominatorsAnalysis, drawn))
  expect(first?.percent).toBeCloseTo((100 * 8000) / 9024)
})

test('small, deep and excess nodes are left out, and the excess is counted', () => {
  const rows = (words: Record<string, string>) =>
    rowsOf(ask(dominatorsAnalysis, drawn, words)).map(({ type }) => String(type).trim())
  expect(rows({ min: '2KB' })).toEqual(['Cache', 'Map', 'Session'])
  expect(rows({ maxDepth: '1', min: '0' })).toEqual(['Cache', 'Shared', 'Small'])
  expect(rows({ limit: '1' })).toEqual(['Cache', 'Map', 'Session'])
  expect(ask(dominatorsAnalysis, drawn, { limit: '1', min: '0' }).notes).toEqual(['3 more; raise --limit'])
})

test('a linked list of a hundred thousand is shown no deeper than requested', () => {
  const length = 100_000
  const list = Array.from({ length }, (_, at) => `Item#${at}.next = Item#${at + 1} 1`)
  const long = heapOf(draw(['root.list = Item#0 1', ...list].join('\n')))
  expect(rowsOf(ask(dominatorsAnalysis, long, { maxDepth: '3', min: '0' }))).toHaveLength(3)
})

test('find shows the objects of a type with the largest retained sizes, and those with given ids', () => {
  const report = ask(findAnalysis, drawn, { type: 'Session', limit: '1' })
  expect(rowsOf(report)).toMatchObject([{ type: 'Session', shallow: 3000, retained: 3000, name: '' }])
  expect(report.notes).toEqual(['1 more of type Session; raise --limit'])
  const id = drawn.graph.nodeId[drawn.graph.nodeCount - 1]
  expect(rowsOf(ask(findAnalysis, drawn, { id: [`@${id}`] }))).toMatchObject([{ id }])
})

test('it descends to where memory accumulates, however deep that is, and no deeper than requested', () => {
  const deep = heapOf(heap`
    root.app = App 8
    App.services = Services 8
    Services.users = Users 8
    Users.cache = Cache 8
    Cache.map = Map 4000
    Map.small = Small 16
    App.other = Other 64
  `)
  const types = (words: Record<string, string>) =>
    rowsOf(ask(dominatorsAnalysis, deep, { min: '0', ...words })).map(({ type }) => String(type).trim())
  expect(types({})).toEqual(['App', 'Services', 'Users', 'Cache', 'Map', 'Other'])
  expect(types({ maxDepth: '2' })).toEqual(['App', 'Services', 'Other'])
})
