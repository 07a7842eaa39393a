import type { NodeIndex } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { accessPath } from './access-path.js'
import { why } from './why.js'

/** An object's retaining path in one line: `module->sessions (src/store.js)`; empty if nothing retains it. */
export function heldBy(heap: Heap, node: NodeIndex): string {
  const [path] = why(heap, node, 1)
  return path === undefined ? '' : accessPath(path.steps)
}
