import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { eachReference, eachReferrer } from '../heap/references.js'
import { isModuleRoot } from '../heap/roots.js'

export interface ChainOptions {
  /** Maximum number of references in the chain. */
  readonly maxDepth?: number
  /** Objects that the chain must not contain. */
  readonly ignore?: (node: NodeIndex) => boolean
}

/**
 * A shortest chain of references from an object to one that matches (objgraph's `find_ref_chain`); `[node]` if there is
 * none.
 */
export const findRefChain = (
  graph: HeapGraph,
  node: NodeIndex,
  wanted: (node: NodeIndex) => boolean,
  options: ChainOptions = {},
): NodeIndex[] => chain(graph, node, wanted, eachReference, options)

/**
 * A shortest chain from an object that matches, by default a module or the global object, to this one (objgraph's
 * `find_backref_chain`); `[node]` if there is none. Unlike a retaining path, it also follows references that do not
 * retain.
 */
export const findBackrefChain = (
  graph: HeapGraph,
  node: NodeIndex,
  wanted: (node: NodeIndex) => boolean = other => isModuleRoot(graph, other),
  options: ChainOptions = {},
): NodeIndex[] => chain(graph, node, wanted, eachReferrer, options).reverse()

/** Breadth-first, so the first match ends a shortest chain. */
function chain(
  graph: HeapGraph,
  start: NodeIndex,
  wanted: (node: NodeIndex) => boolean,
  each: typeof eachReference,
  { maxDepth = 20, ignore }: ChainOptions,
): NodeIndex[] {
  const cameFrom = new Map<NodeIndex, NodeIndex>()
  let level = [start]
  const seen = new Set(level)
  for (let depth = 0; level.length > 0; depth++) {
    const found = level.find(wanted)
    if (found !== undefined) return pathTo(found)
    if (depth === maxDepth) break
    const next: NodeIndex[] = []
    for (const node of level) {
      each(graph, node, other => {
        if (seen.has(other) || ignore?.(other)) return
        seen.add(other)
        cameFrom.set(other, node)
        next.push(other)
      })
    }
    level = next
  }
  return [start]

  function pathTo(end: NodeIndex): NodeIndex[] {
    const path = [end]
    for (let at = cameFrom.get(end); at !== undefined; at = cameFrom.get(at)) path.push(at)
    return path.reverse()
  }
}
