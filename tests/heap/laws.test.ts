import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dominators } from '../../src/graph/dominators.js'
import { edgeNameOf, edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../src/graph/heap-graph.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { typeOf } from '../../src/graph/types.js'
import { eachReference, eachReferrer } from '../../src/heap/references.js'
import { isMachinery } from '../../src/heap/v8/machinery.js'
import { statsByType } from '../../src/questions/types.js'
import { draw } from '../draw.js'
import { runs } from '../support/runs.js'
import { heapOf } from './drawn-heap.js'

const words = [
  ...['root', 'A#1', 'A#2', 'B#1', 'B#2', 'Map', 'Array', 'f()', "'system / Context'", '"text"'],
  ...[
    'array:table',
    "array:'(object elements)'",
    "hidden:'system / Cell'",
    "hidden:'system / PromiseReaction'",
    'code:c',
  ],
]
const edge = fc.record({
  from: fc.constantFrom(...words),
  // Slots of a Map's table of two buckets: keys at 5, 8, values at 6, 9.
  label: fc.constantFrom(
    '.name',
    '.__proto__',
    '[0]',
    '[1]',
    '->v',
    '{table}',
    '{elements}',
    '{5}',
    '{6}',
    '{9}',
    '~3',
    '~4',
  ),
  to: fc.constantFrom(...words.slice(1)),
})
const drawings = fc
  .array(edge, { maxLength: 30 })
  .map(edges => edges.map(({ from, label, to }) => `${from}${label.replace(/~(.)/, '~"$1"')} = ${to}`).join('\n'))
  .map(edges => draw(`array:table 152\nA#1 1\nA#2 2\nB#1 4\nB#2 8\n${edges}`).graph)

test('what refers to an object is exactly what has it among its references, except names that are keys', () => {
  fc.assert(
    fc.property(drawings, graph => {
      const forward: string[] = []
      const backward: string[] = []
      for (let node = 0; node < graph.nodeCount; node++) {
        if (isMachinery(graph, node)) continue
        eachReference(graph, node, (to, first, last, via) => forward.push([node, to, first, last, via].join()))
        const found: string[] = []
        eachReferrer(graph, node, (from, first, last, via) => {
          if (!isMachinery(graph, from)) found.push([from, node, first, last, via].join())
        })
        // Keys are names in one direction; and if nothing else refers to an object, prototype edges and weak handles
        // are shown.
        if (typeOf(graph, node) !== '(string)' && !isOnlyLeftOut(graph, found)) backward.push(...found)
      }
      const ofObjects = forward.filter(key => typeOf(graph, Number(key.split(',')[1])) !== '(string)')
      expect(new Set(backward)).toEqual(new Set(ofObjects))
    }),
    { numRuns: runs(500) },
  )
})

const isOnlyLeftOut = (graph: HeapGraph, found: readonly string[]): boolean =>
  found.length > 0 &&
  found.every(key => {
    const [from, , edge] = key.split(',').map(Number)
    return (
      edgeNameOf(graph, edge!) === '__proto__' ||
      (edgeTypeOf(graph, edge!) === 'weak' && nodeTypeOf(graph, from!) === 'synthetic')
    )
  })

test('the retained size of a type is the sum over its nodes that no other of the type dominates', () => {
  fc.assert(
    fc.property(drawings, graph => {
      const sizes = retainedSizes(graph)
      const dominatorOf = dominators(graph)
      const expected = new Map<string, number>()
      for (let node: NodeIndex = 0; node < graph.nodeCount; node++) {
        const type = typeOf(graph, node)
        let isBelowItsOwn = false
        for (let at = node; at !== graph.root; ) {
          at = dominatorOf[at]!
          if (typeOf(graph, at) === type) isBelowItsOwn = true
        }
        if (!isBelowItsOwn) expected.set(type, (expected.get(type) ?? 0) + sizes[node]!)
      }
      for (const [type, { retained }] of statsByType(heapOf({ graph }), { retained: true }))
        expect(retained, type).toBe(expected.get(type))
    }),
    { numRuns: runs(500) },
  )
})
