import fc from 'fast-check'
import type { HeapGraph } from '../../src/graph/heap-graph.js'
import { type Drawn, draw } from '../draw.js'

const kinds = ['Thing', 'Thing', 'Thing', 'array:table', 'hidden:shape', '(group)', '"text"'] as const
const edges = [
  (at: number) => `.p${at}`,
  (at: number) => `[${at}]`,
  (at: number) => `->v${at}`,
  (at: number) => `{i${at}}`,
  (at: number) => `{${at}}`,
  (at: number) => `~w${at}`,
  (at: number) => `^s${at}`,
] as const

/**
 * Any heap of up to a dozen nodes, most of them objects, whose sizes are powers of two, so that a wrong sum identifies the missing
 * node. The heaps are small on purpose: they include every structure that can go wrong, and a failure can be drawn on paper.
 */
export const randomHeap: fc.Arbitrary<Drawn> = fc
  .array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 12 })
  .chain(nodes => {
    const word = (at: number) => (at < 0 ? 'root' : `${nodes[at]}#${at}`)
    const node = fc.integer({ min: -1, max: nodes.length - 1 })
    const edge = fc.tuple(node, fc.constantFrom(...edges), node)
    return fc.array(edge, { maxLength: 3 * nodes.length }).map(drawnEdges => {
      const lines = nodes.map((_, at) => `${word(at)} ${2 ** at}`)
      drawnEdges.forEach(([from, kind, to], at) => {
        lines.push(`${word(from)}${kind(at)} = ${word(to)}`)
      })
      return draw(lines.join('\n'))
    })
  })

/** The same heap with another node as the first: V8 writes the root first, but a file may not. */
export function countedFrom(graph: HeapGraph, start: number): HeapGraph {
  const { nodeCount, root, firstEdge, edgeType, edgeName, edgeTo } = graph
  const nodes = Uint32Array.from({ length: nodeCount }, (_, at) => (at + start) % nodeCount)
  const edges = Uint32Array.from(
    [...nodes].flatMap(node => [...edgeType.keys()].slice(firstEdge[node], firstEdge[node + 1])),
  )
  const first = new Uint32Array(nodeCount + 1)
  nodes.forEach((node, at) => {
    first[at + 1] = first[at]! + firstEdge[node + 1]! - firstEdge[node]!
  })
  return {
    ...graph,
    root: nodes.indexOf(root),
    nodeType: Uint8Array.from(nodes, node => graph.nodeType[node]!),
    nodeName: nodes.map(node => graph.nodeName[node]!),
    nodeId: nodes.map(node => graph.nodeId[node]!),
    selfSize: nodes.map(node => graph.selfSize[node]!),
    firstEdge: first,
    edgeType: Uint8Array.from(edges, edge => edgeType[edge]!),
    edgeName: edges.map(edge => edgeName[edge]!),
    edgeTo: edges.map(edge => nodes.indexOf(edgeTo[edge]!)),
  }
}
