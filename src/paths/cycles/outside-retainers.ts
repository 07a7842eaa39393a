import { dominators } from '../../graph/dominators.js'
import type { EdgeIndex, HeapGraph, NodeIndex } from '../../graph/heap-graph.js'
import { eachReferrer, eachRetainer } from '../../heap/references.js'
import { edgeCosts, keepsNothing, notRetained, pathCosts } from '../path-costs.js'
import type { Cycle } from './cycles.js'

/** A reference from outside that retains a cycle. */
export interface OutsideRetainer {
  readonly retainer: NodeIndex
  readonly member: NodeIndex
  readonly first: EdgeIndex
  readonly last: EdgeIndex
  readonly via: NodeIndex
}

/**
 * The references that retain a cycle from outside, from objects that live without it. If all belong to one object, the
 * cycle is freed when that object is. Costs a pass over the retainers of its objects.
 */
export function outsideRetainers(graph: HeapGraph, { nodes, members }: Cycle): OutsideRetainer[] {
  const cost = edgeCosts(graph)
  const costs = pathCosts(graph)
  const livesByCycle = below(graph, members)
  const findBy = (each: typeof eachReferrer): OutsideRetainer[] => {
    const found: OutsideRetainer[] = []
    for (const member of nodes) {
      each(graph, member, (retainer, first, last, via) => {
        if (members.has(retainer) || cost[last] === keepsNothing) return
        if (costs[retainer] === notRetained || livesByCycle(retainer)) return
        found.push({ retainer, member, first, last, via })
      })
    }
    return found
  }
  const direct = findBy(eachReferrer)
  // A class that only its subclasses retain has no other retainers than V8's.
  return direct.length > 0 ? direct : findBy(eachRetainer)
}

/** Returns a test of whether one of the members dominates a node, which then lives only as long as they do. */
function below(graph: HeapGraph, members: ReadonlySet<NodeIndex>): (node: NodeIndex) => boolean {
  const dominatorOf = dominators(graph)
  const known = new Map<NodeIndex, boolean>([[graph.root, false]])
  return node => {
    const climbed: NodeIndex[] = []
    let at = node
    while (!known.has(at) && !members.has(at)) {
      climbed.push(at)
      at = dominatorOf[at]!
    }
    const verdict = members.has(at) || known.get(at)!
    for (const each of climbed) known.set(each, verdict)
    return verdict
  }
}
