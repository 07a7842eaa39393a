import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { incoming, sourceOf } from '../graph/incoming.js'
import { outsideMask } from '../graph/node-type-mask.js'
import { inspectorOnly } from './inspector-only.js'
import { isMachinery } from './v8/machinery.js'

/**
 * Objects that only C++ keeps: each retaining edge to them starts at a native or synthetic node, such as `(Global
 * handles)`. V8 counts no references, so this is the nearest equivalent of objgraph's `get_leaking_objects` (objects
 * with wrong reference counts): a handle that a native addon forgot looks like this, and so do the roots that Node.js
 * keeps on purpose. One pass over nodes and edges.
 */
export function heldByNativeOnly(graph: HeapGraph): NodeIndex[] {
  const { first, source } = incoming(graph)
  // Objects that only a debugger keeps are left out.
  const debuggers = inspectorOnly(graph)
  const isOutside = (node: NodeIndex): boolean => outsideMask[graph.nodeType[node]!] === 1

  const held: NodeIndex[] = []
  for (let node = 0; node < graph.nodeCount; node++) {
    if (isOutside(node) || isMachinery(graph, node) || debuggers?.[node] === 1) continue
    let isHeld = false
    let isOnlyOutside = true
    for (let place = first[node]!; place < first[node + 1]! && isOnlyOutside; place++) {
      if (source[place]! >= 0) continue
      isHeld = true
      isOnlyOutside = isOutside(sourceOf(source[place]!))
    }
    if (isHeld && isOnlyOutside) held.push(node)
  }
  return held
}
