import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { retainedByType } from './types.js'

/** Something of which there are many alike. */
export interface Group {
  readonly nodes: NodeIndex[]
}

/**
 * Bytes that each group of objects retains: those of all its objects, but of one that another of the group dominates only once. An
 * object belongs to one group at most. Needs the dominators.
 */
export function retainedTogether(graph: HeapGraph, groups: readonly Group[]): Float64Array {
  const of = new Uint32Array(graph.nodeCount)
  for (const [at, { nodes }] of groups.entries()) for (const node of nodes) of[node] = at + 1
  return retainedByType(graph, { of, names: Array.from({ length: groups.length + 1 }, () => '') }).subarray(1)
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
