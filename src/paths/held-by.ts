import type { NodeIndex } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { accessPath } from './access-path.js'
import { why } from './why.js'

/** How an object is kept, in one line: `module->sessions (src/store.js)`; empty for what nothing keeps. */
export function heldBy(heap: Heap, node: NodeIndex): string {
  const [path] = why(heap, node, 1)
  return path === undefined ? '' : accessPath(path.steps)
}
