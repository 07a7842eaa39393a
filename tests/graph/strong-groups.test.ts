import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HeapGraph } from '../../src/graph/heap-graph.js'
import { retaining } from '../../src/graph/retaining.js'
import { shortestCycle } from '../../src/graph/shortest-cycle.js'
import { type Follows, strongGroups } from '../../src/graph/strong-groups.js'
import { type Drawn, draw, heap } from '../draw.js'
import { runs } from '../support/runs.js'
import { randomHeap } from './random-heaps.js'
import { nodesOf, reached, slowRetaining } from './slow.js'

const retained = (graph: HeapGraph): Follows => {
  const retains = retaining(graph)
  return (_, edge) => retains[edge] === 1
}

/** The groups of more than one node, as the words of the drawing. */
function cycles({ graph, node }: Drawn, words: readonly string[]): string[][] {
  const { groupOf, sizes } = strongGroups(graph, retained(graph))
  return [...sizes.keys()]
    .filter(group => sizes[group]! > 1)
    .map(group => words.filter(word => groupOf[node(word)] === group))
}

const always = (claim: (drawn: Drawn) => void): void =>
  fc.assert(
    fc.property(randomHeap, drawn => claim(drawn)),
    { numRuns: runs(2000) },
  )

test('nodes that retain one another are a group, after the groups they lead to', () => {
  const drawn = heap`
    root.app = App
    App.parent = Parent
    Parent.child = Child
    Child.parent = Parent
    Child.a = A
    A.b = B
    B.c = C
    C.a = A
    C.leaf = Leaf
    App~weak = Parent
    Leaf~back = App
  `
  expect(cycles(drawn, ['root', 'App', 'Parent', 'Child', 'A', 'B', 'C', 'Leaf'])).toEqual([
    ['A', 'B', 'C'],
    ['Parent', 'Child'],
  ])
})

test('an excluded edge closes no cycle', () => {
  const { graph, edge } = heap`
    root.parent = Parent
    Parent.child = Child
    Child.parent = Parent
  `
  expect([...strongGroups(graph, () => true).sizes]).toEqual([2, 1])
  expect([...strongGroups(graph, (_, at) => at !== edge('Child.parent')).sizes]).toEqual([1, 1, 1])
})

test('two nodes are in one group if each reaches the other, and groups are numbered from the last', () => {
  always(({ graph }) => {
    const { groupOf, sizes } = strongGroups(graph, retained(graph))
    const edges = slowRetaining(graph)
    const reach = nodesOf(graph).map(node => reached([node], edges))
    for (const a of nodesOf(graph)) {
      const together = nodesOf(graph).filter(b => reach[a]!.has(b) && reach[b]!.has(a))
      expect(nodesOf(graph).filter(b => groupOf[b] === groupOf[a])).toEqual(together)
      expect(sizes[groupOf[a]!]).toBe(together.length)
    }
    for (const { from, to } of edges) expect(groupOf[from]).toBeGreaterThanOrEqual(groupOf[to]!)
  })
})

test('a shortest cycle leads back to its start, and none is shorter', () => {
  always(({ graph }) => {
    const edges = slowRetaining(graph)
    for (const node of nodesOf(graph)) {
      const cycle = shortestCycle(graph, node, retained(graph)).map(at => edges.find(edge => edge.at === at)!)
      let at = node
      for (const edge of cycle) {
        expect(edge.from).toBe(at)
        at = edge.to
      }
      expect(at).toBe(node)
      // Walks of one edge, two, three … that return to their start.
      let ends = new Set([node])
      let length = 0
      do {
        ends = new Set(edges.filter(edge => ends.has(edge.from)).map(edge => edge.to))
        length++
      } while (!ends.has(node) && length <= graph.nodeCount)
      expect(cycle.length).toBe(ends.has(node) ? length : 0)
    }
  })
})

test('a ring of a hundred thousand is one group and one cycle', () => {
  const length = 100_000
  const ring = Array.from({ length }, (_, at) => `N${at}.next = N${(at + 1) % length}`)
  const { graph, node } = draw(['root.head = N0', ...ring].join('\n'))
  expect([...strongGroups(graph, () => true).sizes]).toEqual([length, 1])
  expect(shortestCycle(graph, node('N7'), () => true)).toHaveLength(length)
})
