import { expect, test } from 'vitest'
import { awaitsFinalizer, deadCells } from '../../../src/heap/v8/weak-cells.js'
import { heap } from '../../draw.js'

const registry = heap`
  root.requests = FinalizationRegistry
  FinalizationRegistry{4} = hidden:'system / WeakCell'#live
  hidden:'system / WeakCell'#live~target = Request
  hidden:'system / WeakCell'#live{2} = Held#live
  hidden:'system / WeakCell'#live{3} = hidden:'system / WeakCell'#dead
  hidden:'system / WeakCell'#dead{0} = FinalizationRegistry
  hidden:'system / WeakCell'#dead~unregister_token = abort()
  hidden:'system / WeakCell'#dead{1} = Held#dead
  root.signal = Signal
  Signal.first = Listener#1
  Listener#1.callback = abort()
  Signal.second = Listener#2
  Listener#2.callback = other()`

test('a cell of a FinalizationRegistry without a target is that of a dead object', () => {
  const { graph, node } = registry
  expect(deadCells(graph).has(node("hidden:'system / WeakCell'#live"))).toBe(false)
  expect(deadCells(graph).has(node("hidden:'system / WeakCell'#dead"))).toBe(true)
  expect(deadCells(graph).has(node('Signal'))).toBe(false)
})

test('the contents of the cell, and what refers to its token, wait for the finalizer', () => {
  const { graph, node } = registry
  const waits = ['Held#dead', 'Held#live', 'Listener#1', 'Listener#2'].filter(word =>
    awaitsFinalizer(graph, node(word)),
  )
  expect(waits).toEqual(['Held#dead', 'Listener#1'])
})

test('what several dead objects share stays alive', () => {
  const { graph, node } = heap`
    root.requests = FinalizationRegistry
    FinalizationRegistry{4} = hidden:'system / WeakCell'#1
    hidden:'system / WeakCell'#1{1} = Cache
    hidden:'system / WeakCell'#1{2} = hidden:'system / WeakCell'#2
    hidden:'system / WeakCell'#2{1} = Cache`
  expect(awaitsFinalizer(graph, node('Cache'))).toBe(false)
})
