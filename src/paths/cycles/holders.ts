import { dominators } from '../../graph/dominators.js'
import type { EdgeIndex, HeapGraph, NodeIndex } from '../../graph/heap-graph.js'
import { eachReferrer, eachRetainer } from '../../heap/references.js'
import { edgeCosts, unheld, wayCosts } from '../program-ways.js'
import type { Cycle } from './cycles.js'

/** A reference from outside that keeps a cycle. */
export interface Hold {
  readonly holder: NodeIndex
  readonly held: NodeIndex
  readonly first: EdgeIndex
  readonly last: EdgeIndex
  readonly via: NodeIndex
}

/**
 * What keeps a cycle from outside: references by objects that live without it. Where all of them are of one object, the cycle is kept
 * by itself and that object alone: without it, all that the cycle retains is freed. Costs a look at each retainer of its objects.
 */
export function holdsOn(graph: HeapGraph, { nodes, members }: Cycle): Hold[] {
  const cost = edgeCosts(graph)
  const costs = wayCosts(graph)
  const livesByCycle = below(graph, members)
  const holdsBy = (each: typeof eachReferrer): Hold[] => {
    const holds: Hold[] = []
    for (const held of nodes) {
      each(graph, held, (holder, first, last, via) => {
        if (members.has(holder) || cost(via, last) === undefined) return
        if (costs[holder] === unheld || livesByCycle(holder)) return
        holds.push({ holder, held, first, last, via })
      })
    }
    return holds
  }
  const told = holdsBy(eachReferrer)
  // Of a class that only its subclasses keep, all that can be told is V8's own.
  return told.length > 0 ? told : holdsBy(eachRetainer)
}

/** Tells whether one of the nodes dominates another: whether that lives only as long as they do. */
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
