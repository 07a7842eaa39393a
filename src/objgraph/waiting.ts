import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { asyncCall, awaitingFunction, reaction, reactionsOf } from '../heap/v8/promises.js'

/** Our pending calls, and what waits for them. */
export interface Waiting {
  /** Our suspended functions, and the promises that they have returned. */
  readonly calls: readonly NodeIndex[]
  /** Functions of the program that resume when a call answers, through `await` or `then`, with their variables. */
  readonly waiters: readonly NodeIndex[]
}

/**
 * Finds the pending calls. A function that awaits our answer is kept only by the promise that we returned, but its
 * variables are alive.
 */
export function waiting(graph: HeapGraph, isOurs: (closure: NodeIndex) => boolean): Waiting {
  const calls = new Set<NodeIndex>()
  const waiters = new Set<NodeIndex>()
  const promises: NodeIndex[] = []
  const isOurHandler = (handler: NodeIndex): boolean => isOurs(awaitingFunction(graph, handler) ?? handler)

  for (let node = 0; node < graph.nodeCount; node++) {
    const call = asyncCall(graph, node)
    if (call === undefined || !isOurs(call.called)) continue
    calls.add(node)
    promises.push(call.promise)
  }
  for (let promise = promises.pop(); promise !== undefined; promise = promises.pop()) {
    if (calls.has(promise)) continue
    calls.add(promise)
    for (const node of reactionsOf(graph, promise)) {
      const { handlers, derived } = reaction(graph, node)
      const isOurOwn = handlers.length > 0 && handlers.every(isOurHandler)
      if (!isOurOwn) for (const handler of handlers) waiters.add(handler)
      if (derived === undefined) continue
      // The promise of our own handler is returned in turn; any other promise is the program's.
      if (isOurOwn) promises.push(derived)
      else waiters.add(derived)
    }
  }
  return { calls: [...calls], waiters: [...waiters] }
}
