import type { NodeIndex } from '../graph/heap-graph.js'
import { retainedTogether } from '../graph/retained-together.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import type { Heap } from '../heap/heap.js'
import { refcount } from '../heap/refcount.js'
import { roleOf } from '../heap/roots.js'
import { qualifiedTypeOf } from '../heap/type-names.js'
import type { DrawnNode } from '../report/report.js'

/** One object, or a merged group of one class, drawn as one node. */
export interface DrawnObjects {
  readonly nodes: readonly NodeIndex[]
  readonly depth: number
  readonly isSelected: boolean
}

/** Options for the labels and looks of nodes. */
export interface NodeOptions {
  /** Objects to be drawn in blue. */
  readonly highlight?: ((node: NodeIndex) => boolean) | undefined
  /** A third line of a node's label. */
  readonly extraInfo?: ((node: NodeIndex) => string | undefined) | undefined
  /** Show the number of each object's retaining edges. */
  readonly refcounts?: boolean
  /** Distinguish classes of the same name by their file: `src/store.js:Session`. */
  readonly qualified?: boolean
  /** Additional Graphviz attributes of a node: `{ penwidth: '3' }`. */
  readonly extraNodeAttrs?: ((node: NodeIndex) => Readonly<Record<string, string>> | undefined) | undefined
}

/** The drawn node of some objects. For a merged group, sizes are sums. */
export function drawnNode(
  heap: Heap,
  { nodes, depth, isSelected }: DrawnObjects,
  { highlight, extraInfo, refcounts = false, qualified = false, extraNodeAttrs }: NodeOptions = {},
  isNew?: (node: NodeIndex) => boolean,
): DrawnNode {
  const { graph } = heap
  const node = nodes[0]!
  const extra = nodes.length === 1 ? extraInfo?.(node) : undefined
  const attributes = extraNodeAttrs?.(node)
  const shallow = shallowSizes(graph)
  return {
    id: graph.nodeId[node]!,
    type: qualified ? qualifiedTypeOf(heap, node) : typeOf(graph, node),
    label: nodes.length === 1 ? describe(heap, node) : describeAll(heap, nodes),
    shallow: nodes.reduce((sum, one) => sum + shallow[one]!, 0),
    retained: retainedTogether(graph, nodes),
    role: isSelected ? 'asked' : highlight?.(node) ? 'highlight' : roleOf(graph, node),
    depth,
    ...(refcounts ? { retainers: nodes.reduce((sum, one) => sum + refcount(graph, one), 0) } : {}),
    ...(extra ? { extra } : {}),
    ...(nodes.length > 1 ? { count: nodes.length, ids: nodes.map(one => graph.nodeId[one]!) } : {}),
    ...(isNew?.(node) ? { isNew: true } : {}),
    ...(attributes === undefined ? {} : { attributes }),
  }
}

/** The common description, judged by the first hundred; otherwise that of the first one. */
function describeAll(heap: Heap, nodes: readonly NodeIndex[]): string {
  const first = describe(heap, nodes[0]!)
  const isCommon = nodes.slice(0, 100).every(node => describe(heap, node) === first)
  if (first === '') return ''
  return isCommon ? `each ${first}`.replace(/^each (?=\S+ {2})/, '') : `${first}, …`
}
