import type { NodeIndex, ObjectId } from '../graph/heap-graph.js'
import { nodeWithId } from '../graph/ids.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import type { Path } from '../report/report.js'
import { accessPath } from './access-path.js'
import { namedInSource } from './named-in-source.js'
import type { PathOrder } from './nearest-paths.js'
import { pathSteps, retainingPaths } from './retaining-paths.js'

/**
 * Why an object is kept: retaining paths through its different retainers, most readable first (or, with `shortest`,
 * fewest edges first), each from a module, the global object, a pending timer or a GC root. Empty if nothing retains
 * it.
 */
export function why(heap: Heap, node: NodeIndex, most = 3, order: PathOrder = 'friendliest'): Path[] {
  return retainingPaths(heap.graph, node, most, order).map(path => {
    const said = pathSteps(heap, path)
    // A shortened path has steps that are not hops.
    const named = said.length === path.length ? namedInSource(heap, path, said) : said
    const steps = named.map(step => ({ ...step, ...sizesOf(heap, step.id) }))
    const type = steps.at(-1)?.type ?? typeOf(heap.graph, node)
    return { shape: 'path', title: `${type} @${heap.graph.nodeId[node]}: ${accessPath(steps)}`, steps }
  })
}

function sizesOf({ graph }: Heap, id: ObjectId): { shallow: number; retained: number } {
  const node = nodeWithId(graph, id)!
  return { shallow: shallowSizes(graph)[node]!, retained: retainedSizes(graph)[node]! }
}
