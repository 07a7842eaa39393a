import { dominated } from '../graph/dominated.js'
import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import type { Heap } from '../heap/heap.js'
import { isBetween } from '../heap/v8/machinery.js'
import { standard } from '../report/columns.js'
import type { Row } from '../report/report.js'
import { type HeapAnalysis, heapAnalysis, type Option } from './ask/analysis.js'
import { count, cutNote, limit, size } from './ask/options.js'

/** A node of the dominator tree, as deep as it stands there. */
export interface Dominating {
  readonly node: NodeIndex
  readonly depth: number
}

export interface DominatorOptions {
  /** Levels; without it three, and further down as long as an object retains a good part of the heap. */
  readonly maxDepth?: number | undefined
  /** Children of one node. */
  readonly limit?: number
  /** Bytes that a node retains at least; without it half a percent of the heap. */
  readonly min?: number | undefined
}

/**
 * What retains most, as a tree: below each object those that would go with it, largest first. V8's tables are read through. Costs
 * a look at each child of the nodes that are told.
 */
export function dominatingObjects(
  graph: HeapGraph,
  { maxDepth, limit = 5, min: least }: DominatorOptions = {},
): { readonly tree: Dominating[]; readonly cut: number } {
  const tree: Dominating[] = []
  let cut = 0
  const stack: Dominating[] = []
  const levels = maxDepth ?? USUAL_DEPTH
  const all = retainedSizes(graph)[graph.root]!
  const min = least ?? all * WORTH_A_LINE
  const good = Math.max(min, GOOD_PART * all)
  const push = (node: NodeIndex, depth: number): void => {
    if (depth >= levels && (maxDepth !== undefined || depth >= DEEPEST)) return
    // Deeper than usual only where memory accumulates: what is small there is not counted as cut.
    const { nodes, total } = largestChildren(graph, node, limit, depth < levels ? min : good)
    cut += total - nodes.length
    // The last pushed comes first.
    for (const child of nodes.reverse()) stack.push({ node: child, depth })
  }
  push(graph.root, 0)
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    tree.push(next)
    push(next.node, next.depth + 1)
  }
  return { tree, cut }
}

const USUAL_DEPTH = 3
/** A list is a level for each of its elements: nobody reads on for ever. */
const DEEPEST = 40
const GOOD_PART = 0.05
const WORTH_A_LINE = 0.005

/** What a node immediately dominates, and what its tables do, the largest of it; `total` counts all that retain at least `min`. */
function largestChildren(
  graph: HeapGraph,
  node: NodeIndex,
  most: number,
  min: number,
): { nodes: NodeIndex[]; total: number } {
  const { first, node: below } = dominated(graph)
  const sizes = retainedSizes(graph)
  let nodes: NodeIndex[] = []
  let total = 0
  const keep = (): void => {
    nodes = nodes.sort((a, b) => sizes[b]! - sizes[a]! || a - b).slice(0, most)
  }
  const tables = [node]
  for (let table = tables.pop(); table !== undefined; table = tables.pop()) {
    for (let place = first[table]!; place < first[table + 1]!; place++) {
      const child = below[place]!
      if (sizes[child]! < min) continue
      // A table of numbers dominates nothing; it is told itself, for its own size.
      if (isBetween(graph, child) && first[child]! < first[child + 1]!) {
        tables.push(child)
        continue
      }
      total++
      nodes.push(child)
      if (nodes.length > 1000 + 2 * Math.min(most, 1e6)) keep()
    }
  }
  keep()
  return { nodes, total }
}

const options = {
  maxDepth: {
    ...count('--max-depth', 'how many levels (default: 3, and down to where memory accumulates)', USUAL_DEPTH),
    default: undefined,
  } satisfies Option<number | undefined> as Option<number | undefined>,
  limit: limit('how many objects below each', 5),
  min: {
    ...size('--min', 'leave out what retains less (default: 0.5 % of the heap)', 0),
    default: undefined,
  } satisfies Option<number | undefined> as Option<number | undefined>,
}

/** `leakscope dominators`: what retains most, as a tree. */
export const dominatorsAnalysis: HeapAnalysis = heapAnalysis({
  name: 'dominators',
  summary: 'What retains most, as a tree',
  heaps: 1,
  options,
  run(heap, values) {
    const { tree, cut } = dominatingObjects(heap.graph, values)
    return {
      title: 'Dominators',
      sections: [
        {
          shape: 'table',
          title: 'What retains most',
          columns: [standard.retained, standard.share, standard.shallow, standard.id, standard.type, standard.name],
          rows: tree.map(one => row(heap, one)),
        },
      ],
      notes: cutNote(0, cut),
    }
  },
})

function row(heap: Heap, { node, depth }: Dominating): Row {
  const { graph } = heap
  const sizes = retainedSizes(graph)
  const total = sizes[graph.root]!
  return {
    retained: sizes[node]!,
    percent: total === 0 ? 0 : (100 * sizes[node]!) / total,
    shallow: shallowSizes(graph)[node]!,
    id: graph.nodeId[node]!,
    type: '  '.repeat(depth) + typeOf(graph, node),
    name: describe(heap, node),
    depth,
  }
}
