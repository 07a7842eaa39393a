import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { asyncCall, awaitingFunction, reaction, reactionsOf } from '../heap/v8/promises.js'

/** Our calls that have not answered yet, and who waits for them. */
export interface Waiting {
  /** Our functions that are paused, and the promises of theirs that were given out. */
  readonly calls: readonly NodeIndex[]
  /** What goes on once they answer: functions of the program that `await` or stand in a `then`, with their variables. */
  readonly waiters: readonly NodeIndex[]
}

/**
 * Finds the calls that are under way. A program that awaits our answer is held by nothing but the promise of it, and its variables
 * are alive all the same.
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
      // What our own handler answers with is given out again; any other promise is the program's.
      if (isOurOwn) promises.push(derived)
      else waiters.add(derived)
    }
  }
  return { calls: [...calls], waiters: [...waiters] }
}
