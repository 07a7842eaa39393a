import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HeapGraph, NodeIndex } from '../../src/graph/heap-graph.js'
import { retaining } from '../../src/graph/retaining.js'
import { without } from '../../src/graph/without.js'
import { heap } from '../draw.js'
import { randomHeap } from './random-heaps.js'

const drawn = heap`
  root.tool = Tool 1
  root.app = App 2
  Tool.own = Own 4
  Tool.shared = Shared 8
  App.shared = Shared
  App.list = Array 16 at 3:1:2
  Array[7] = "text" 32
  Own~watched = App
`
const ids = ({ nodeId }: HeapGraph): number[] => [...nodeId]

test('what only the excluded nodes retain is removed with them, all else stays', () => {
  const { graph, left, nodeOf } = without(drawn.graph, { dropped: new Set([drawn.node('Tool')]) })
  const stay = ['root', 'App', 'Shared', 'Array', '"text"'].map(drawn.node)
  expect(ids(graph).sort()).toEqual(stay.map(node => drawn.graph.nodeId[node]).sort())
  expect(left).toEqual({ nodes: 2, bytes: 5 })
  expect(nodeOf(drawn.node('Own'))).toBe(undefined)

  const [app, array, text] = [nodeOf(drawn.node('App'))!, nodeOf(drawn.node('Array'))!, nodeOf(drawn.node('"text"'))!]
  expect(graph.selfSize[app]).toBe(2)
  expect(graph.edgeTo.subarray(graph.firstEdge[array]!, graph.firstEdge[array + 1]!)).toEqual(Uint32Array.of(text))
  expect(graph.edgeName[graph.firstEdge[array]!]).toBe(7)
  expect(graph.locations).toEqual({
    node: Uint32Array.of(array),
    script: Uint32Array.of(3),
    line: Uint32Array.of(1),
    column: Uint32Array.of(2),
  })
})

test('kept nodes stay with what they retain, and ignored edges retain nothing', () => {
  const dropped = new Set([drawn.node('Tool')])
  expect(without(drawn.graph, { dropped, kept: [drawn.node('Own')] }).left.nodes).toBe(1)
  const toApp = drawn.edge('root.app')
  expect(without(drawn.graph, { dropped: new Set(), ignored: edge => edge === toApp }).left.nodes).toBe(3)
})

test('in any heap, what a walk from the root reaches without entering excluded nodes stays', () => {
  fc.assert(
    fc.property(randomHeap, fc.array(fc.nat()), ({ graph }, picks) => {
      const dropped = new Set(picks.map(pick => pick % graph.nodeCount).filter(node => node !== graph.root))
      const met = reachable(graph, dropped)
      expect(new Set(ids(without(graph, { dropped }).graph))).toEqual(new Set(met.map(node => graph.nodeId[node]!)))
    }),
  )
})

function reachable(graph: HeapGraph, dropped: ReadonlySet<NodeIndex>): NodeIndex[] {
  const retains = retaining(graph)
  const met = new Set([graph.root])
  for (const node of met) {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      const to = graph.edgeTo[edge]!
      if (retains[edge] === 1 && !dropped.has(to)) met.add(to)
    }
  }
  return [...met]
}
