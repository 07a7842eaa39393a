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

/** A node of the dominator tree, with its depth. */
export interface Dominating {
  readonly node: NodeIndex
  readonly depth: number
}

export interface DominatorOptions {
  /** Levels; by default three, and further down while an object retains a large part of the heap. */
  readonly maxDepth?: number | undefined
  /** Maximum number of children per node. */
  readonly limit?: number
  /** Minimum retained bytes of a node; by default half a percent of the heap. */
  readonly min?: number | undefined
}

/**
 * The objects that retain most, as a tree: below each object those that would be freed with it, largest first. V8's
 * tables are skipped. Costs the dominators, and a pass over the children of the listed nodes.
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
    // Goes deeper only where memory accumulates; small objects there do not count as cut.
    const { nodes, total } = largestChildren(graph, node, limit, depth < levels ? min : good)
    cut += total - nodes.length
    // A stack: pushed in reverse.
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
/** The maximum depth, since each element of a linked list is a level. */
const DEEPEST = 40
const GOOD_PART = 0.05
const WORTH_A_LINE = 0.005

/**
 * The largest nodes that a node and its tables immediately dominate; `total` counts all that retain at least `min`.
 */
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
      // A table of numbers dominates nothing and is listed itself, for its own size.
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
    ...size('--min', 'leave out objects that retain less (default: 0.5 % of the heap)', 0),
    default: undefined,
  } satisfies Option<number | undefined> as Option<number | undefined>,
}

/** `leakscope dominators`: the objects that retain most, as a tree. */
export const dominatorsAnalysis: HeapAnalysis = heapAnalysis({
  name: 'dominators',
  summary: 'The objects that retain most, as a tree',
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
