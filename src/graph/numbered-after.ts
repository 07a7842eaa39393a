import type { HeapGraph } from './heap-graph.js'
import { matchObjects, unmatched } from './match-objects.js'

/** A graph whose ids go on from those of an earlier heap. */
export interface NumberedAfter {
  readonly graph: HeapGraph
  /** Which part of its nodes was found in the earlier heap, 0 to 1. */
  readonly matched: number
}

/**
 * The later of two heaps that were read from memory, where V8 numbers nothing: what is the same object as in the earlier one
 * (`matchObjects`) has its id, everything else one that the earlier heap has not. So ids say which objects are new, as V8's do in heaps
 * of one inspector session. Cost: a microsecond a node; the earlier graph has to be in memory still.
 */
export function numberedAfter(before: HeapGraph, after: HeapGraph): NumberedAfter {
  const matches = matchObjects(before, after)
  const nodeId = new Uint32Array(after.nodeCount)
  let greatest = 0
  for (const id of before.nodeId) if (id > greatest) greatest = id
  let next = (greatest + 1) | 1
  // Behind all that there are, while there is room.
  const taken = greatest + 2 * after.nodeCount + 2 > 2 ** 32 ? new Set(before.nodeId) : undefined
  if (taken !== undefined) next = 1
  let found = 0
  for (let node = 0; node < after.nodeCount; node++) {
    const same = matches[node]!
    if (same !== unmatched) {
      nodeId[node] = before.nodeId[same]!
      found++
      continue
    }
    while (taken?.has(next) === true) next += 2
    nodeId[node] = next
    next += 2
  }
  return { graph: { ...after, nodeId }, matched: after.nodeCount === 0 ? 0 : found / after.nodeCount }
}
