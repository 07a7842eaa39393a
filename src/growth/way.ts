import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { eachReferrer } from '../heap/references.js'
import type { Hop } from '../paths/retaining-paths.js'
import type { Compared } from './born.js'
import type { Growth } from './growths.js'

/** More objects than this between holder and leaked object, and the way is told without its middle. */
const farthest = 20_000

/**
 * How a holder leads to one of the objects that pile up: the shortest way through objects born since the first heap,
 * and the old cells of a list that new ones hang on. The first hop
 * is the holder, the last the object. Only holder and object where they are too far apart.
 */
export function wayTo(
  graph: HeapGraph,
  { book, line, routeOf }: Compared,
  { holders, between, leaked: { example } }: Growth,
): [Hop, ...Hop[]] {
  // By object: the hop that leads from it towards the example.
  const onward = new Map<NodeIndex, Hop | undefined>([[example, undefined]])
  const isPassed = (node: NodeIndex): boolean => {
    const entry = book.entryOf[node]!
    return book.node[entry] === node && (line.birth[entry] !== 0 || between.has(routeOf[node]!))
  }
  for (const [node] of onward) {
    let holder: NodeIndex | undefined
    eachReferrer(graph, node, (referrer, first, last, via) => {
      if (onward.has(referrer)) return
      const isHolder = holders.includes(referrer)
      if (!isHolder && !isPassed(referrer)) return
      onward.set(referrer, { node, first, last, via })
      if (isHolder) holder ??= referrer
    })
    if (holder !== undefined) return follow(onward, holder)
    if (onward.size > farthest) break
  }
  return [{ node: holders[0]! }, { node: example }]
}

function follow(onward: ReadonlyMap<NodeIndex, Hop | undefined>, holder: NodeIndex): [Hop, ...Hop[]] {
  const way: [Hop, ...Hop[]] = [{ node: holder }]
  for (let hop = onward.get(holder); hop !== undefined; hop = onward.get(hop.node)) way.push(hop)
  return way
}
