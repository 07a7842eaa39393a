import {
  type EdgeIndex,
  edgeNameOf,
  edgeTypeOf,
  type HeapGraph,
  type NodeIndex,
  nodeTypeOf,
} from '../../../graph/heap-graph.js'
import { describe } from '../../../heap/describe.js'
import type { Heap } from '../../../heap/heap.js'
import { placeOf } from '../../../heap/places.js'
import {
  awaitingFunction,
  givenOut,
  isPromise,
  reaction,
  reactionsOf,
  settledBy,
  slotsOf,
} from '../../../heap/v8/promises.js'
import { isScope } from '../../../heap/v8/scopes.js'
import { isProgramPlace, type Place } from '../../../place.js'

/** A function of the program, with the fields of a path step. */
export interface Waiter {
  readonly name: string
  readonly location: Place
  /** Whether it awaits a promise (or was passed to its then()); otherwise it is called. */
  readonly awaits: boolean
}

/**
 * Limits: the number of objects examined, and of variables in a scope, since larger ones are those of Node.js modules.
 */
const farthest = 60
const widestScope = 24

/**
 * The program's function behind a function of Node.js or V8: from the function's variables to a promise, and on to the
 * function that awaits it or was passed to then(). `undefined` if none is near.
 */
export function waiterOf(heap: Heap, from: NodeIndex): Waiter | undefined {
  const { graph } = heap
  // By node: whether a promise is on the path to it.
  const reached = new Map([[from, false]])
  for (const [node, awaits] of reached) {
    if (reached.size > farthest) return undefined
    const reach = (to: NodeIndex): void => void (reached.has(to) || reached.set(to, awaits || isPromise(graph, node)))
    if (isPromise(graph, node)) {
      for (const one of reactionsOf(graph, node)) {
        const { handlers, derived } = reaction(graph, one)
        for (const handler of handlers) {
          const found = ofProgram(heap, awaitingFunction(graph, handler)) ?? ofProgram(heap, handler)
          if (found !== undefined) return { ...found, awaits: true }
          const settled = settledBy(graph, handler)
          if (settled !== undefined) reach(settled)
          // If a function of Node.js awaits, continues with what awaits that function.
          for (const given of givenOut(graph, handler)) reach(given)
        }
        if (derived !== undefined) reach(derived)
      }
    } else if (nodeTypeOf(graph, node) === 'closure') {
      const found = node === from ? undefined : ofProgram(heap, node)
      if (found !== undefined) return { ...found, awaits }
      eachOf(graph, node, edge => /^(?:context|bound_function|listener)$/.test(edgeNameOf(graph, edge)), reach)
    } else if (isScope(graph, node) && graph.firstEdge[node + 1]! - graph.firstEdge[node]! <= widestScope) {
      eachOf(graph, node, edge => edgeTypeOf(graph, edge) === 'context', reach)
      for (const slot of slotsOf(graph, node)) reach(slot)
    } else if (node !== from && graph.strings.at(graph.nodeName[node]!) === 'system / PromiseCapability')
      eachOf(graph, node, edge => edgeTypeOf(graph, edge) === 'hidden', reach)
  }
  return undefined
}

function eachOf(
  graph: HeapGraph,
  node: NodeIndex,
  is: (edge: EdgeIndex) => boolean,
  reach: (to: NodeIndex) => void,
): void {
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (is(edge)) reach(graph.edgeTo[edge]!)
}

function ofProgram(heap: Heap, closure: NodeIndex | undefined): Omit<Waiter, 'awaits'> | undefined {
  const location = closure === undefined ? undefined : placeOf(heap, closure)
  return isProgramPlace(location) ? { name: describe(heap, closure!), location } : undefined
}
