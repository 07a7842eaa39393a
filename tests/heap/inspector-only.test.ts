import { expect, test } from 'vitest'
import { edgeNotation } from '../../src/heap/edge-notation.js'
import { inspectorEdgesOf, inspectorOnly } from '../../src/heap/inspector-only.js'
import { heap } from '../draw.js'

const { graph, node, edge } = heap`
  root.gc = (GC roots)
  (GC roots).handles = (Global handles)
  (Global handles){"65 / DevTools console"} = Logged
  Logged.items = Items
  (Global handles){"66 / DevTools console"} = Kept
  (Global handles){"67"} = Handle
  root.app = App
  App.kept = Kept
  Logged.app = App
  Orphan
`

test('what only a debugger retains is distinguished from what the program retains, too', () => {
  const only = inspectorOnly(graph)!
  const named = ['Logged', 'Items', 'Kept', 'App', 'Handle', 'Orphan'].filter(name => only[node(name)] === 1)
  expect(named).toEqual(['Logged', 'Items'])
})

test('its edges are marked as such', () => {
  const held = edge('(Global handles){"65 / DevTools console"}')
  const isHeld = inspectorEdgesOf(graph, node('(Global handles)'))
  expect(isHeld?.(held)).toBe(true)
  expect(edgeNotation(graph, held)).toBe('{kept for the debugger: console}')
  expect(isHeld?.(edge('(Global handles){"67"}'))).toBe(false)
})

test('a heap in which no debugger retains anything is not walked', () => {
  expect(inspectorOnly(heap`root.app = App`.graph)).toBeUndefined()
})
