import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distances, systemDistance, unreachable } from '../../src/graph/distances.js'
import { dominated } from '../../src/graph/dominated.js'
import { dominators } from '../../src/graph/dominators.js'
import { eachEdgeTo } from '../../src/graph/edges-to.js'
import { type HeapGraph, nodeTypeOf } from '../../src/graph/heap-graph.js'
import { incoming, sourceOf } from '../../src/graph/incoming.js'
import { preorder } from '../../src/graph/preorder.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { retaining } from '../../src/graph/retaining.js'
import { shallowSizes } from '../../src/graph/shallow-sizes.js'
import { shortestPath } from '../../src/graph/shortest-path.js'
import { runs } from '../support/runs.js'
import { countedFrom, randomHeap } from './random-heaps.js'
import { cutters, edgesOf, held, nodesOf, owners, reached, slowRetaining, steps } from './slow.js'

/** Draws two thousand heaps, with any node as the root, and tests the same property of each. */
const always = (claim: (heap: { readonly graph: HeapGraph }) => void): void =>
  fc.assert(
    fc.property(randomHeap, fc.nat(12), ({ graph }, start) => claim({ graph: countedFrom(graph, start) })),
    { numRuns: runs(2000) },
  )

test('an edge retains by the rules', () => {
  always(({ graph }) => {
    const edges = [...retaining(graph).keys()].filter(edge => retaining(graph)[edge] === 1)
    expect(edges).toEqual(slowRetaining(graph).map(edge => edge.at))
  })
})

test('incoming edges are grouped by target, with a bit that says whether they retain', () => {
  always(({ graph }) => {
    const { first, source } = incoming(graph)
    const retain = new Set(slowRetaining(graph).map(edge => edge.at))
    for (const node of nodesOf(graph)) {
      const told = [...source.slice(first[node], first[node + 1])].map(entry => [sourceOf(entry), entry < 0])
      const edges = edgesOf(graph).filter(({ to }) => to === node)
      expect(told).toEqual(edges.map(({ at, from }) => [from, retain.has(at)]))
    }
  })
})

test('each edge to a node is found, before and after the index is built', () => {
  always(({ graph }) => {
    const retain = new Set(slowRetaining(graph).map(edge => edge.at))
    for (const node of [...nodesOf(graph), ...nodesOf(graph), ...nodesOf(graph)]) {
      const told: [number, number, boolean][] = []
      eachEdgeTo(graph, node, (...edge) => told.push(edge))
      const edges = edgesOf(graph).filter(({ to }) => to === node)
      expect(told).toEqual(edges.map(({ at, from }) => [at, from, retain.has(at)]))
    }
  })
})

test('the preorder visits every node once, over a retaining edge, unreachable ones last', () => {
  always(({ graph }) => {
    const { nodeAt, parent, reachable, walked } = preorder(graph)
    expect([...nodeAt].sort((a, b) => a - b)).toEqual(nodesOf(graph))
    expect(new Set(nodeAt.slice(0, reachable))).toEqual(reached([graph.root], slowRetaining(graph)))
    const { edges, nodes } = held(graph)
    expect(new Set(nodeAt.slice(0, walked))).toEqual(nodes)
    for (let place = 1; place < walked; place++) {
      const [from, to] = [nodeAt[parent[place]!], nodeAt[place]]
      expect(edges.some(edge => edge.from === from && edge.to === to)).toBe(true)
      expect(parent[place]).toBeLessThan(place)
    }
  })
})

test('the dominators of a node are the nodes that cut it off when removed', () => {
  always(({ graph }) => {
    const dominatorOf = dominators(graph)
    expect(dominatorOf[graph.root]).toBe(graph.root)
    const cut = cutters(graph)
    for (const node of nodesOf(graph)) {
      const chain = new Set<number>()
      for (let at = node; at !== graph.root; at = dominatorOf[at]!) chain.add(dominatorOf[at]!)
      expect(chain).toEqual(cut.get(node))
    }
  })
})

test('dominated is the inverse of dominators', () => {
  always(({ graph }) => {
    const { first, node: nodes } = dominated(graph)
    const dominatorOf = dominators(graph)
    for (const node of nodesOf(graph)) {
      const told = [...nodes.slice(first[node], first[node + 1])]
      expect(told).toEqual(nodesOf(graph).filter(other => other !== graph.root && dominatorOf[other] === node))
    }
  })
})

test('internal storage counts to the object that alone reaches it through internal edges', () => {
  always(({ graph }) => {
    const sizes = [...graph.selfSize]
    const userRoot = edgesOf(graph).some(({ from, to }) => from === graph.root && nodeTypeOf(graph, to) !== 'synthetic')
    for (const [node, [owner, ...others]] of owners(graph)) {
      if (!userRoot || owner === undefined || others.length > 0 || nodeTypeOf(graph, owner) === 'synthetic') continue
      sizes[owner]! += graph.selfSize[node]!
      sizes[node]! -= graph.selfSize[node]!
    }
    expect([...shallowSizes(graph)]).toEqual(sizes)
  })
})

test('the retained size of a node is what becomes unreachable without it', () => {
  always(({ graph }) => {
    const { edges, nodes } = held(graph)
    const shallow = shallowSizes(graph)
    const sum = (some: Iterable<number>) => [...some].reduce((total, node) => total + shallow[node]!, 0)
    for (const node of nodes) {
      if (node === graph.root) continue
      const left = reached([graph.root], edges, node)
      expect(retainedSizes(graph)[node]).toBe(sum(nodes) - sum(left))
    }
    expect(retainedSizes(graph)[graph.root]).toBe(sum(nodesOf(graph)))
  })
})

test('a distance is the fewest edges from the global objects, or from the root for what they do not reach', () => {
  always(({ graph }) => {
    const strong = edgesOf(graph).filter(edge => edge.type !== 'weak')
    const globals = edgesOf(graph).filter(
      ({ from, to }) => from === graph.root && nodeTypeOf(graph, to) !== 'synthetic',
    )
    const near = steps(
      globals.map(edge => edge.to),
      strong,
    )
    near.delete(graph.root)
    const far = steps(
      [graph.root],
      strong.filter(edge => !near.has(edge.to)),
    )
    const base = globals.length > 0 ? systemDistance : 0
    const expected = nodesOf(graph).map(node =>
      near.has(node) ? near.get(node)! + 1 : far.has(node) ? base + far.get(node)! : unreachable,
    )
    expect([...distances(graph)]).toEqual(expected)
  })
})

test('a shortest path is connected, retains all along, and none is shorter', () => {
  always(({ graph }) => {
    const edges = slowRetaining(graph)
    const globals = new Set(
      edges.filter(({ from, to }) => from === graph.root && nodeTypeOf(graph, to) !== 'synthetic').map(edge => edge.to),
    )
    const near = steps(
      globals,
      edges.filter(edge => edge.to !== graph.root),
    )
    const far = steps([graph.root], edges)
    for (const node of nodesOf(graph)) {
      const path = shortestPath(graph, node).map(at => edges.find(edge => edge.at === at)!)
      let at = graph.root
      for (const edge of path) {
        expect(edge.from).toBe(at)
        at = edge.to
      }
      if (node === graph.root || !far.has(node)) expect(path).toEqual([])
      else {
        expect(at).toBe(node)
        if (near.has(node)) expect(path.length).toBe(near.get(node)! + 1)
        else expect(path.length).toBe(far.get(node)!)
      }
    }
  })
})
