import type { Drawing, DrawnEdge, DrawnNode } from '../report/report.js'

/**
 * One line of a drawing written as a tree: `node`, reached from the rung above it by `edge`. `again` means that the
 * node has its own rung elsewhere: as an `ancestor` of this one (a cycle), or `elsewhere` in the tree.
 */
export interface Rung {
  readonly depth: number
  readonly node: DrawnNode
  readonly edge: DrawnEdge | undefined
  readonly again: 'ancestor' | 'elsewhere' | undefined
  /** For each depth from 1 to this rung's: whether a sibling follows at that depth. */
  readonly follows: readonly boolean[]
}

/**
 * A drawing as a tree for text formats: the selected objects first, below each its references (or, for backrefs, its
 * referrers). Every node has one rung with its neighbours below, at its smallest depth; every edge has one rung. Nodes
 * that cannot be reached from the selected objects follow as further trees, so that nothing is lost.
 */
export function ladder(drawing: Drawing): Rung[] {
  const backwards = runsBackwards(drawing)
  const nodes = new Map(drawing.nodes.map(node => [node.id, node]))
  const below = new Map<DrawnNode, { edge: DrawnEdge; node: DrawnNode }[]>(drawing.nodes.map(node => [node, []]))
  for (const edge of drawing.edges) {
    const from = nodes.get(edge.from)
    const to = nodes.get(edge.to)
    if (!from || !to) continue
    // A stub is always below its node, whichever way its edge points.
    const upper = from.role === 'more' || (backwards && to.role !== 'more') ? to : from
    below.get(upper)!.push({ edge, node: upper === from ? to : from })
  }

  const starts = [...nodes.values()].sort((a, b) => rank(a) - rank(b))
  const treeEdge = new Map<DrawnNode, DrawnEdge | undefined>()
  const rungs: Rung[] = []
  for (const start of starts) {
    if (treeEdge.has(start)) continue
    treeEdge.set(start, undefined)
    spread(start, below, treeEdge)
    climb(start, below, treeEdge, rungs)
  }
  return rungs
}

/** Selected objects first, then by distance from them. */
function rank(node: DrawnNode): number {
  return node.role === 'asked' ? -1 : node.depth
}

/** Whether the drawing runs against its edges. */
export function runsBackwards({ direction, nodes, edges }: Drawing): boolean {
  if (direction) return direction === 'backrefs'
  const depths = new Map(nodes.map(node => [node.id, node.depth]))
  const outward = edges.reduce(
    (sum, { from, to }) => sum + Math.sign((depths.get(to) ?? 0) - (depths.get(from) ?? 0)),
    0,
  )
  return outward < 0
}

type Below = ReadonlyMap<DrawnNode, readonly { readonly edge: DrawnEdge; readonly node: DrawnNode }[]>

/** Breadth first: a node's tree edge is the last edge of a shortest path to it. */
function spread(start: DrawnNode, below: Below, treeEdge: Map<DrawnNode, DrawnEdge | undefined>): void {
  const queue = [start]
  for (const at of queue) {
    for (const { edge, node } of below.get(at)!) {
      if (treeEdge.has(node)) continue
      treeEdge.set(node, edge)
      queue.push(node)
    }
  }
}

/** Depth first along the tree, with an explicit stack because the drawing may be a long linked list. */
function climb(
  start: DrawnNode,
  below: Below,
  treeEdge: ReadonlyMap<DrawnNode, DrawnEdge | undefined>,
  rungs: Rung[],
): void {
  const above: DrawnNode[] = []
  const stack: Rung[] = [{ depth: 0, node: start, edge: undefined, again: undefined, follows: [] }]
  for (let rung = stack.pop(); rung; rung = stack.pop()) {
    rungs.push(rung)
    if (rung.again) continue
    above.length = rung.depth
    above.push(rung.node)
    const here = below.get(rung.node)!
    // Pushed in reverse, so that the first is popped first.
    for (let at = here.length - 1; at >= 0; at--) {
      const { edge, node } = here[at]!
      const hangsHere = treeEdge.get(node) === edge
      const again = hangsHere ? undefined : above.includes(node) ? 'ancestor' : 'elsewhere'
      stack.push({ depth: rung.depth + 1, node, edge, again, follows: [...rung.follows, at < here.length - 1] })
    }
  }
}
