import type { Drawing, DrawnEdge, DrawnNode } from '../report/report.js'

/**
 * One line of a drawing written as a tree: `node`, reached from the rung above it by `edge`. `again` says that the node has its
 * own rung elsewhere: as an `ancestor` of this one (a cycle), or `elsewhere` in the tree.
 */
export interface Rung {
  readonly depth: number
  readonly node: DrawnNode
  readonly edge: DrawnEdge | undefined
  readonly again: 'ancestor' | 'elsewhere' | undefined
  /** Whether a rung of the same depth follows under the same rung: for each depth from 1 to its own. */
  readonly follows: readonly boolean[]
}

/**
 * A drawing as a tree for formats that cannot draw: the objects asked about first, below each what it refers to (or, for backrefs,
 * what refers to it). Every node has one rung with its neighbours below, at its least depth; every edge has one rung. What cannot
 * be reached from the objects asked about follows as further trees, so nothing of the drawing is lost.
 */
export function ladder(drawing: Drawing): Rung[] {
  const backwards = runsBackwards(drawing)
  const nodes = new Map(drawing.nodes.map(node => [node.id, node]))
  const below = new Map<DrawnNode, { edge: DrawnEdge; node: DrawnNode }[]>(drawing.nodes.map(node => [node, []]))
  for (const edge of drawing.edges) {
    const from = nodes.get(edge.from)
    const to = nodes.get(edge.to)
    if (!from || !to) continue
    // A stub is always below the node it hangs on, whichever way its edge points.
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

/** Asked objects, then whatever lies nearest to them. */
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

/** Breadth first: each node hangs on the first edge of a shortest way to it. */
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

/** Depth first along the tree, with a stack of our own: a linked list may be drawn too. */
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
    // Pushed backwards, so that the first comes off the stack first.
    for (let at = here.length - 1; at >= 0; at--) {
      const { edge, node } = here[at]!
      const hangsHere = treeEdge.get(node) === edge
      const again = hangsHere ? undefined : above.includes(node) ? 'ancestor' : 'elsewhere'
      stack.push({ depth: rung.depth + 1, node, edge, again, follows: [...rung.follows, at < here.length - 1] })
    }
  }
}
