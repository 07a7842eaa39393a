import { expect, test } from 'vitest'
import type { HeapNodes } from '../../src/graph/heap-graph.js'
import { duplicateStrings, longStrings, slices, stringsAnalysis } from '../../src/questions/strings.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

const long = 'x'.repeat(1024)
const drawn = heap`
  root.app = App
  App.a = User#a
  App.b = User#b
  App.c = User#c
  User#a.city = "Paris"#a 24
  User#b.city = "Paris"#b 24
  User#c.town = "Paris"#c 24
  (Internalized strings){3} = "Paris"#a
  App.one = "only once" 32
  App.long1 = "${long}"#1 5000
  App.long2 = "${long}"#2 5000
  App.long3 = "${long}"#3 6000
  App.grant = Grant
  Grant.token = sliced-string:'(sliced string)'#1 32
  sliced-string:'(sliced string)'#1{parent} = "the whole request" 4000
  App.kept = sliced-string:'(sliced string)'#2 32
  sliced-string:'(sliced string)'#2{parent} = "held elsewhere" 4000
  App.whole = "held elsewhere"
  App.small = sliced-string:'(sliced string)'#3 32
  sliced-string:'(sliced string)'#3{parent} = "small" 64
`

test('copies are found by their text, or, if V8 truncates it, also by their size', () => {
  expect(duplicateStrings(heapOf(drawn)).map(({ text, nodes, wasted }) => [text, nodes.length, wasted])).toEqual([
    [long, 2, 5000],
    ['Paris', 3, 48],
  ])
})

test('retainers of copies are named, without V8’s list of names', () => {
  const rows = rowsOf(ask(stringsAnalysis, heapOf(drawn), { filter: 'Paris' }))
  expect(rows).toEqual([{ count: 3, wasted: 48, bytes: 24, text: '"Paris"', heldBy: 'User.city 67 %, User.town 33 %' }])
})

test('a text is reported as retained by slices if nothing else retains it and it is large enough', () => {
  expect(slices(heapOf(drawn)).map(({ heldBy, nodes, bytes }) => [heldBy, nodes.length, bytes])).toEqual([
    ['Grant.token', 1, 4000],
  ])
})

test('the longest strings, and the headline', () => {
  expect(longStrings(heapOf(drawn), 1024)).toHaveLength(5)
  expect(ask(stringsAnalysis, heapOf(drawn)).headline).toBe(
    `3 strings are copies of others: 4.9 KB, 4.9 KB of it by 2 × "${'x'.repeat(40)}…"`,
  )
  expect(ask(stringsAnalysis, heapOf(drawn), { filter: 'Paris' }).headline).toBe(
    '1 slices at Grant.token keep 3.9 KB of the texts they were cut from',
  )
})

test('--quick needs only the nodes', () => {
  const { firstEdge: _1, edgeType: _2, edgeName: _3, edgeTo: _4, locations: _5, ...nodes } = drawn.graph
  const onNodes = stringsAnalysis.fromNodes!({ limit: 10, minLength: 2, quick: true } as never)!
  const report = onNodes({ ...heapOf(drawn), graph: nodes as HeapNodes })
  expect(rowsOf(report)[1]).toEqual({ count: 3, wasted: 48, bytes: 24, text: '"Paris"' })
  expect(report.sections.map(({ title }) => title)).toEqual(['Duplicate strings', 'Long strings'])
  expect(stringsAnalysis.fromNodes!({ limit: 10, minLength: 0, quick: false } as never)).toBeUndefined()
})
