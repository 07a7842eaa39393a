import { LeakscopeError } from '../errors.js'
import type { HeapNodes, NodeIndex } from '../graph/heap-graph.js'
import { types } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { mayBeQualified, nearNames, typeNamed } from '../heap/type-names.js'
import type { Report } from '../report/report.js'
import { type HeapAnalysis, heapAnalysis } from './ask/analysis.js'

/** The number of objects of a type: `count(heap, 'Session')`, or `store.js:Session` if two classes share the name. */
export function count(heap: Heap<HeapNodes>, type: string): number {
  const match = typeNamed(heap, type)
  if (match === undefined) return 0
  let found = 0
  for (const at of match.of) if (match.wanted.has(at)) found++
  return found
}

/** All objects of a type, in heap order; empty for a type that the heap does not have. */
export function byType(heap: Heap<HeapNodes>, type: string): NodeIndex[] {
  const match = typeNamed(heap, type)
  const found: NodeIndex[] = []
  if (match === undefined) return found
  for (let node = 0; node < match.of.length; node++) if (match.wanted.has(match.of[node]!)) found.push(node)
  return found
}

/** `leakscope count <type>`: prints a number for scripts. */
export const countAnalysis: HeapAnalysis = heapAnalysis({
  name: 'count',
  summary: 'How many objects of a type there are',
  argument: { name: 'type', summary: 'Session, (string), or store.js:Session if two classes share the name' },
  heaps: 1,
  unweighed: true,
  options: {},
  run: (heap, _values, type) => report(heap, type),
  fromNodes: (_values, type) => (mayBeQualified(type ?? '') ? undefined : heap => report(heap, type)),
})

function report(heap: Heap<HeapNodes>, type: string | undefined): Report {
  if (!type) {
    throw new LeakscopeError('USAGE', 'count needs a type', { hint: 'For example: `leakscope count Session`.' })
  }
  const found = count(heap, type)
  const near = found === 0 ? nearNames(types(heap.graph).names, type) : []
  return {
    title: `Count of ${type}`,
    sections: [
      // No column title: the output is only the number.
      { shape: 'table', title: '', columns: [{ key: 'count', title: '', unit: 'count' }], rows: [{ count: found }] },
    ],
    notes: near.length > 0 ? [`No object of type ${type}; did you mean ${near.join(', ')}?`] : [],
  }
}
