import fc from 'fast-check'
import { expect, test } from 'vitest'
import { edgeTypeOf, type HeapGraph, type NodeIndex } from '../../src/graph/heap-graph.js'
import { costQueue } from '../../src/paths/cost-queue.js'
import { edgeCosts, keepsNothing, notRetained, pathCosts, pathTo } from '../../src/paths/path-costs.js'
import { programRoots } from '../../src/paths/program-roots.js'
import { retainingPaths } from '../../src/paths/retaining-paths.js'
import { draw } from '../draw.js'
import { runs } from '../support/runs.js'

const words = ['root', 'A', 'B', 'C', 'f()', 'Map', 'array:table', "'system / Context'", "hidden:'system / Map'"]
const edges = fc.record({
  from: fc.constantFrom(...words),
  label: fc.constantFrom('.name', '[0]', '->v', '{table}', '{context}', '{5}', '._idleNext', '~w', '^global'),
  to: fc.constantFrom(...words),
})
const graphs = fc
  .array(edges, { maxLength: 40 })
  .map(all => draw(['A 1', ...all.map(({ from, label, to }) => `${from}${label} = ${to}`)].join('\n')).graph)

const sourceOf = (graph: HeapGraph, edge: number): NodeIndex => {
  let node = 0
  while (graph.firstEdge[node + 1]! <= edge) node++
  return node
}

/** The definition: costs are decreased along edges until nothing changes (Bellman and Ford). */
function cheapest(graph: HeapGraph): number[] {
  const cost = Array.from({ length: graph.nodeCount }, () => Number.POSITIVE_INFINITY)
  const edgeCost = edgeCosts(graph)
  cost[graph.root] = 48
  for (const { node, burden } of programRoots(graph)) cost[node] = Math.min(cost[node]!, burden)
  for (let round = 0; round < graph.nodeCount; round++) {
    for (let edge = 0; edge < graph.edgeCount; edge++) {
      const from = sourceOf(graph, edge)
      const more = edgeCost[edge]!
      if (more === keepsNothing) continue
      cost[graph.edgeTo[edge]!] = Math.min(cost[graph.edgeTo[edge]!]!, cost[from]! + more)
    }
  }
  return cost.map(sum => (sum === Number.POSITIVE_INFINITY ? notRetained : sum))
}

test('no path is cheaper, and each is connected, without weak edges, from a starting point', () => {
  fc.assert(
    fc.property(graphs, graph => {
      expect([...pathCosts(graph)]).toEqual(cheapest(graph))
      const begins = new Set([graph.root, ...programRoots(graph).map(({ node }) => node)])
      for (let node = 0; node < graph.nodeCount; node++) {
        const way = pathTo(graph, node)
        if (way === undefined) continue
        expect(begins.has(way.start)).toBe(true)
        const end = way.edges.reduce((at, edge) => {
          expect([sourceOf(graph, edge), edgeTypeOf(graph, edge) === 'weak']).toEqual([at, false])
          return graph.edgeTo[edge]!
        }, way.start)
        expect(end).toBe(node)
      }
    }),
    { numRuns: runs(500) },
  )
})

test('a retaining path passes its end only once', () => {
  fc.assert(
    fc.property(graphs, graph => {
      for (let node = 1; node < graph.nodeCount; node++) {
        for (const path of retainingPaths(graph, node, 3)) {
          expect(path.map(hop => hop.node).lastIndexOf(node)).toBe(path.length - 1)
          expect(path.map(hop => hop.node).indexOf(node)).toBe(path.length - 1)
          for (const { node: to, last } of path.slice(1)) expect(graph.edgeTo[last!]).toBe(to)
        }
      }
    }),
    { numRuns: runs(500) },
  )
})

test('a queue of costs returns the cheapest first, even if a cost decreased meanwhile', () => {
  const queue = costQueue(6, 4)
  queue.put(0, 0)
  queue.put(1, 3)
  queue.put(2, 4)
  expect(queue.take()).toBe(0)
  queue.put(2, 1)
  queue.put(3, 3)
  expect([queue.take(), queue.take(), queue.take()]).toEqual([2, 3, 1])
  // Round the ring: 7 takes the place of 2 in the list.
  queue.put(4, 7)
  queue.put(5, 5)
  expect([queue.take(), queue.take(), queue.take()]).toEqual([5, 4, undefined])
})
