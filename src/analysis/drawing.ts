import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { retainers } from '../graph/retainers.js'
import { retaining } from '../graph/retaining.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import type { Drawing, DrawnEdge, DrawnNode } from '../report/report.js'
import { describe } from './describe.js'
import { referenceNotation, referenceType } from './edges.js'
import type { Heap } from './heap.js'
import { eachReference, eachReferrer, type Visit } from './references.js'
import { roleOf } from './roots.js'

export type Direction = 'refs' | 'backrefs'

/** How an object graph is drawn: objgraph's parameters under their names. */
export interface DrawingOptions {
  /** Edges from the objects asked about. */
  readonly maxDepth?: number
  /** References of one object that are drawn; the others become one `n more references`. */
  readonly tooMany?: number
  /** Only objects wanted here are drawn (those asked about always are). */
  readonly filter?: ((node: NodeIndex) => boolean) | undefined
  readonly ignore?: ((node: NodeIndex) => boolean) | undefined
  readonly highlight?: ((node: NodeIndex) => boolean) | undefined
  /** A third line of a node's label. */
  readonly extraInfo?: ((node: NodeIndex) => string | undefined) | undefined
  /** Tell how many edges keep each object. */
  readonly refcounts?: boolean
  /** Objects beyond which the search does not go, unless they were asked about; they are drawn. */
  readonly cull?: ((node: NodeIndex) => boolean) | undefined
  /** V8's own nodes and edges too, as they are. */
  readonly raw?: boolean
}

/**
 * The objects that some objects refer to (`refs`), or that refer to them (`backrefs`), breadth first. Costs a look at each edge of
 * the nodes that are drawn.
 */
export function drawing(
  heap: Heap,
  asked: readonly NodeIndex[],
  direction: Direction,
  { maxDepth = 3, tooMany = 10, ...options }: DrawingOptions = {},
): Drawing {
  const { graph } = heap
  const each = options.raw ? eachRaw[direction] : direction === 'refs' ? eachReference : eachReferrer
  const depths = new Map(asked.map(node => [node, 0]))
  const edges: DrawnEdge[] = []
  const stubs: DrawnNode[] = []

  // A Map is walked in the order of insertion, and those added on the way come last: it is the queue too.
  for (const [node, depth] of depths) {
    if (depth >= maxDepth || (depth > 0 && options.cull?.(node))) continue
    let drawn = 0
    let more = 0
    each(graph, node, (other, first, last, via) => {
      if (options.ignore?.(other) || options.filter?.(other) === false) return
      if (drawn >= tooMany) {
        more++
        return
      }
      drawn++
      if (!depths.has(other)) depths.set(other, depth + 1)
      const [from, to] = direction === 'refs' ? [node, other] : [other, node]
      edges.push({
        from: graph.nodeId[from]!,
        to: graph.nodeId[to]!,
        type: referenceType(graph, first, last),
        label: referenceNotation(graph, first, last, via),
      })
    })
    if (more > 0) addStub(graph.nodeId[node]!, more, depth + 1)
  }

  const askedNodes = new Set(asked)
  const nodes = [...depths].map(([node, depth]) => drawnNode(heap, node, depth, askedNodes.has(node), options))
  return { shape: 'drawing', title: '', direction, nodes: [...nodes, ...stubs], edges }

  function addStub(id: number, more: number, depth: number): void {
    const stub = `more-${id}`
    const label = `${more.toLocaleString('en-US')} more ${direction === 'refs' ? 'reference' : 'backreference'}${more === 1 ? '' : 's'}`
    stubs.push({ id: stub, type: '', label, shallow: 0, retained: 0, role: 'more', depth })
    const [from, to] = direction === 'refs' ? [id, stub] : [stub, id]
    edges.push({ from, to, type: 'internal', label: '' })
  }
}

/** One node as drawings show it. */
function drawnNode(
  heap: Heap,
  node: NodeIndex,
  depth: number,
  asked: boolean,
  { highlight, extraInfo, refcounts = false }: Pick<DrawingOptions, 'highlight' | 'extraInfo' | 'refcounts'> = {},
): DrawnNode {
  const { graph } = heap
  const extra = extraInfo?.(node)
  return {
    id: graph.nodeId[node]!,
    type: typeOf(graph, node),
    label: describe(heap, node),
    shallow: shallowSizes(graph)[node]!,
    retained: retainedSizes(graph)[node]!,
    role: asked ? 'asked' : highlight?.(node) ? 'highlight' : roleOf(graph, node),
    depth,
    ...(refcounts ? { retainers: refcount(graph, node) } : {}),
    ...(extra ? { extra } : {}),
  }
}

/**
 * How many references keep an object alive, as people count them: an element of an array is one, though V8 has an edge from the array
 * and one from its store. What is on the stack of a running function is not counted.
 */
export function refcount(graph: HeapGraph, node: NodeIndex): number {
  const retains = retaining(graph)
  let count = 0
  eachReferrer(graph, node, (other, _first, last) => {
    if (retains[last] === 1 && graph.strings.at(graph.nodeName[other]!) !== '(Stack roots)') count++
  })
  return count
}

/** Every edge as it stands in the heap. */
const eachRaw: Readonly<Record<Direction, (graph: HeapGraph, node: NodeIndex, visit: Visit) => void>> = {
  refs(graph, node, visit) {
    for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++) {
      visit(graph.edgeTo[edge]!, edge, edge, node)
    }
  },
  backrefs(graph, node, visit) {
    const { first, from, edge } = retainers(graph)
    for (let place = first[node]!; place < first[node + 1]!; place++) {
      visit(from[place]!, edge[place]!, edge[place]!, from[place]!)
    }
  },
}
