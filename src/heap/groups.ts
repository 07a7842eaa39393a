import { dominatorTree } from '../graph/dominators.js'
import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { retainedByType } from '../graph/type-sizes.js'

/** Something of which there are many alike. */
export interface Group {
  readonly nodes: NodeIndex[]
}

/**
 * Bytes that each group of objects retains: those of all its objects, but of one that another of the group dominates only once. An
 * object belongs to one group at most. Needs the dominators.
 */
export function retainedByGroup(graph: HeapGraph, groups: readonly Group[]): Float64Array {
  const of = new Uint32Array(graph.nodeCount)
  for (const [at, { nodes }] of groups.entries()) for (const node of nodes) of[node] = at + 1
  return retainedByType(graph, { of, names: Array.from({ length: groups.length + 1 }, () => '') }).subarray(1)
}

/**
 * Bytes that each group retains of its own: an object counts for the nearest of those that dominate it and are of a group. So all
 * together are no more than the heap, also where objects of one group keep those of another.
 */
export function retainedByNearestGroup(graph: HeapGraph, groups: readonly Group[]): Float64Array {
  const of = new Uint32Array(graph.nodeCount)
  for (const [at, { nodes }] of groups.entries()) for (const node of nodes) of[node] = at + 1
  const { dominatorOf, topDown } = dominatorTree(graph)
  const shallow = shallowSizes(graph)
  const sizes = new Float64Array(groups.length + 1)
  // A dominator is always met before what it dominates.
  for (const node of topDown) {
    if (of[node] === 0 && node !== graph.root) of[node] = of[dominatorOf[node]!]!
    sizes[of[node]!]! += shallow[node]!
  }
  return sizes.subarray(1)
}

/** Puts things into groups by a key, in the order the keys are first met. */
export function grouped<T extends Group>(): { add(key: string, node: NodeIndex, make: () => T): T; readonly all: T[] } {
  const known = new Map<string, T>()
  const all: T[] = []
  return {
    all,
    add(key, node, make) {
      let group = known.get(key)
      if (group === undefined) {
        group = make()
        known.set(key, group)
        all.push(group)
      }
      group.nodes.push(node)
      return group
    },
  }
}
