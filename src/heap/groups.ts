import { dominatorTree } from '../graph/dominators.js'
import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { retainedByType } from '../graph/type-sizes.js'

/** A group of similar objects. */
export interface Group {
  readonly nodes: NodeIndex[]
}

/**
 * Bytes that each group of objects retains: the sum over its objects, without those that another one of the group
 * dominates. An object belongs to at most one group. Costs the dominators.
 */
export function retainedByGroup(graph: HeapGraph, groups: readonly Group[]): Float64Array {
  const of = new Uint32Array(graph.nodeCount)
  for (const [at, { nodes }] of groups.entries()) for (const node of nodes) of[node] = at + 1
  return retainedByType(graph, { of, names: Array.from({ length: groups.length + 1 }, () => '') }).subarray(1)
}

/**
 * Bytes that each group retains exclusively: every object counts for its nearest dominator that is in a group. So the
 * sum over all groups is at most the heap, even if objects of one group retain those of another.
 */
export function retainedByNearestGroup(graph: HeapGraph, groups: readonly Group[]): Float64Array {
  const of = new Uint32Array(graph.nodeCount)
  for (const [at, { nodes }] of groups.entries()) for (const node of nodes) of[node] = at + 1
  const { dominatorOf, topDown } = dominatorTree(graph)
  const shallow = shallowSizes(graph)
  const sizes = new Float64Array(groups.length + 1)
  // Dominators precede what they dominate.
  for (const node of topDown) {
    if (of[node] === 0 && node !== graph.root) of[node] = of[dominatorOf[node]!]!
    sizes[of[node]!]! += shallow[node]!
  }
  return sizes.subarray(1)
}

/** Collects nodes into groups by key, in the order of first occurrence. */
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
