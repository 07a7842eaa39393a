import { expect, test } from 'vitest'
import { numberedAfter } from '../../src/graph/numbered-after.js'
import { isNewSince, knownIds } from '../../src/heap/known-ids.js'
import { heapOf } from '../heap/drawn-heap.js'
import { heapAt } from './heap-at.js'

const before = heapAt('root.list = List 8 @7\nList.first = Item#1 8 @4000000001', { List: 8, 'Item#1': 16 })
const after = heapAt('root.list = List 8 @7\nList.first = Item#1 8 @9\nList.second = Item#2 8 @4000000001', {
  List: 8,
  'Item#1': 16,
  'Item#2': 24,
})

test('a matched object gets the earlier id, any other a new one', () => {
  const { graph, matched } = numberedAfter(before.graph, after.graph)
  expect(graph.nodeId[after.node('List')]).toBe(7)
  expect(graph.nodeId[after.node('Item#1')]).toBe(4000000001)
  expect([...before.graph.nodeId]).not.toContain(graph.nodeId[after.node('Item#2')])
  expect(new Set(graph.nodeId).size).toBe(graph.nodeCount)
  expect(matched).toBe(0.75)
})

test('so ids show which objects are new, between these two heaps only', () => {
  const known = knownIds({ ...heapOf(before), origin: { ...heapOf(before).origin, session: 'a' } })
  const { graph, matched } = numberedAfter(before.graph, after.graph)
  const heap = (follows: string) => ({
    ...heapOf({ ...after, graph }),
    origin: { ...heapOf(after).origin, session: 'b', follows: { session: follows, matched } },
  })
  const isNew = isNewSince(known, heap('a'))
  expect(['List', 'Item#1', 'Item#2'].map(word => isNew(after.node(word)))).toEqual([false, false, true])
  expect(() => isNewSince(known, heap('c'))).toThrow('different sessions')
})
