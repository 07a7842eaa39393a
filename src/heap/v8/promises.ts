import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { reader } from '../../graph/strings.js'
import { inside } from './edges.js'
import { isScope } from './scopes.js'

/**
 * The visible state of a promise. A snapshot does not have its flags, so the state is derived from what the promise
 * refers to: a list of reactions (its waiters) while it is pending, its value afterwards. A `silent` promise refers to
 * nothing: it is pending without waiters, or settled with undefined, a number or the like.
 */
export type PromiseState = 'awaited' | 'settled' | 'silent'

/** V8's name of the promise's field. */
const slot = 'reactions_or_result'
const reactionName = 'system / PromiseReaction'

/**
 * Whether a node is a promise, or an instance of a class that extends Promise. All of them have V8's field if it is not
 * empty.
 */
export const isPromise = (graph: HeapGraph, node: NodeIndex): boolean =>
  nodeTypeOf(graph, node) === 'object' && (isNamed(graph, node, 'Promise') || inside(graph, node, slot) !== undefined)

export function stateOf(graph: HeapGraph, promise: NodeIndex): PromiseState {
  const found = inside(graph, promise, slot)
  if (found === undefined) return 'silent'
  return isReaction(graph, found) ? 'awaited' : 'settled'
}

/** The reactions of a promise, newest first. */
export function reactionsOf(graph: HeapGraph, promise: NodeIndex): NodeIndex[] {
  const reactions: NodeIndex[] = []
  const seen = new Set<NodeIndex>()
  for (let at = inside(graph, promise, slot); at !== undefined && isReaction(graph, at) && !seen.has(at); ) {
    seen.add(at)
    reactions.push(at)
    at = parts(graph, at).find(part => isReaction(graph, part))
  }
  return reactions
}

/** What a reaction will do: call functions, and settle the promise returned by `then`. */
export interface Reaction {
  /** Passed to `then`, `catch` or `finally`, or V8's own for `await`. */
  readonly handlers: readonly NodeIndex[]
  /** The promise that depends on this one, if any. */
  readonly derived: NodeIndex | undefined
}

export function reaction(graph: HeapGraph, node: NodeIndex): Reaction {
  const found = parts(graph, node)
  const capability = found.find(part => isNamed(graph, part, 'system / PromiseCapability'))
  const derivedFrom = capability === undefined ? found : parts(graph, capability)
  return {
    handlers: found.filter(part => nodeTypeOf(graph, part) === 'closure'),
    derived: derivedFrom.find(part => isPromise(graph, part)),
  }
}

/**
 * The function that a handler of V8 resumes: a suspended `async` function or generator; `undefined` for a function of
 * the program. The handler's scope refers to the suspended function.
 */
export function awaitingFunction(graph: HeapGraph, handler: NodeIndex): NodeIndex | undefined {
  const scope = inside(graph, handler, 'context')
  if (scope === undefined || !isScope(graph, scope)) return undefined
  return inside(graph, inside(graph, scope, 'extension') ?? scope, 'function')
}

/**
 * The promises returned by the call that a handler of V8 resumes: that of an async function, or for an async generator
 * those of each pending next().
 */
export function givenOut(graph: HeapGraph, handler: NodeIndex): NodeIndex[] {
  const scope = inside(graph, handler, 'context')
  const call = scope === undefined || !isScope(graph, scope) ? undefined : (inside(graph, scope, 'extension') ?? scope)
  if (call === undefined || inside(graph, call, 'function') === undefined) return []
  const found = parts(graph, call).filter(part => isPromise(graph, part))
  const own = inside(graph, call, 'promise')
  if (own !== undefined) found.push(own)
  const requests = new Set(parts(graph, call).filter(part => isRequest(graph, part)))
  for (const request of requests) {
    for (const part of parts(graph, request)) {
      if (isRequest(graph, part)) requests.add(part)
      else if (isPromise(graph, part)) found.push(part)
    }
  }
  return found
}

/** Whether a node is V8's record of a pending next() of an async generator. */
const isRequest = (graph: HeapGraph, node: NodeIndex): boolean => isNamed(graph, node, 'system / AsyncGeneratorRequest')

/** The promise of `Promise.all`, `race`, `finally` and the like that a built-in handler settles, from its scope. */
export function settledBy(graph: HeapGraph, handler: NodeIndex): NodeIndex | undefined {
  const scope = inside(graph, handler, 'context')
  if (scope === undefined || !isScope(graph, scope)) return undefined
  for (const part of slotsOf(graph, scope)) {
    if (isPromise(graph, part)) return part
    if (isNamed(graph, part, 'system / PromiseCapability')) return parts(graph, part).find(one => isPromise(graph, one))
  }
  return undefined
}

/**
 * Promises that are certainly pending, although nothing waits for them: they depend on a pending one or on a suspended
 * async function.
 */
export const pendingByOthers: (graph: HeapGraph) => ReadonlySet<NodeIndex> = memo(graph => {
  const found = new Set<NodeIndex>()
  for (let node = 0; node < graph.nodeCount; node++) {
    if (isReaction(graph, node)) {
      const { derived, handlers } = reaction(graph, node)
      if (derived !== undefined) found.add(derived)
      for (const handler of handlers) {
        const settled = settledBy(graph, handler)
        if (settled !== undefined) found.add(settled)
      }
    } else {
      const call = asyncCall(graph, node)
      if (call !== undefined) found.add(call.promise)
    }
  }
  return found
})

/**
 * If `node` is V8's object for a call of an async function that has not ended: the function, and the promise it will
 * settle.
 */
export function asyncCall(
  graph: HeapGraph,
  node: NodeIndex,
): { readonly called: NodeIndex; readonly promise: NodeIndex } | undefined {
  // A function that has ended has no registers.
  if (nodeTypeOf(graph, node) !== 'object' || inside(graph, node, 'parameters_and_registers') === undefined) return
  const called = inside(graph, node, 'function')
  const promise = inside(graph, node, 'promise') ?? parts(graph, node).find(part => isPromise(graph, part))
  return called === undefined || promise === undefined ? undefined : { called, promise }
}

const isNamed = (graph: HeapGraph, node: NodeIndex, name: string): boolean =>
  reader(graph.strings, name)(graph.nodeName[node]!)

const isReaction = (graph: HeapGraph, node: NodeIndex): boolean => {
  const type = nodeTypeOf(graph, node)
  return (type === 'hidden' || type === 'object shape') && isNamed(graph, node, reactionName)
}

/**
 * The slots of a scope that V8 made for a function of its own. The first is `{1}`, or `{extension}` if compiled code made
 * the scope, which then describes another kind.
 */
export function slotsOf(graph: HeapGraph, scope: NodeIndex): NodeIndex[] {
  const first = inside(graph, scope, 'extension')
  return first === undefined ? parts(graph, scope) : [first, ...parts(graph, scope)]
}

/** The targets of V8's unnamed slots. */
function parts(graph: HeapGraph, node: NodeIndex): NodeIndex[] {
  const found: NodeIndex[] = []
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
    if (edgeTypeOf(graph, edge) === 'hidden') found.push(graph.edgeTo[edge]!)
  }
  return found
}
