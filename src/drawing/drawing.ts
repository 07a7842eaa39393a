import type { NodeIndex } from '../graph/heap-graph.js'
import { referenceNotation, referenceType } from '../heap/edge-notation.js'
import type { Heap } from '../heap/heap.js'
import { isNewSince, type KnownIds } from '../heap/known-ids.js'
import { eachEdge, eachReference, eachReferrer, eachRetainer } from '../heap/references.js'
import type { Drawing, DrawnEdge, DrawnNode } from '../report/report.js'
import { counted } from '../units.js'
import { type DrawnObjects, drawnNode, type NodeOptions } from './drawn-node.js'
import { type Merging, mergedGroups, type Seen } from './merged-groups.js'

export type Direction = 'refs' | 'backrefs'

/** Options of an object graph: objgraph's parameters in camelCase, and some of our own. */
export interface DrawingOptions extends NodeOptions {
  /** Maximum number of edges from the selected objects. */
  readonly maxDepth?: number
  /** Maximum number of references drawn per object; the others become one `n more references`. */
  readonly tooMany?: number
  /** Draws only objects for which it is true (selected objects are always drawn). */
  readonly filter?: ((node: NodeIndex) => boolean) | undefined
  readonly ignore?: ((node: NodeIndex) => boolean) | undefined
  /** Objects at which the search stops, unless they are selected; they are drawn. */
  readonly cull?: ((node: NodeIndex) => boolean) | undefined
  /** Draw six or more entries of one class in a collection as one node, `×37`. Default: true. */
  readonly merge?: boolean
  /** Draw objects in red that are not in this `knownIds` of an older heap of the same session. */
  readonly newSince?: KnownIds | undefined
  /** Include V8's own nodes and edges. */
  readonly raw?: boolean
}

/**
 * Draws the objects that some objects refer to (`refs`), or that refer to them (`backrefs`), breadth-first. Costs a
 * pass over the edges of the drawn objects. Errors: UNSUPPORTED if `newSince` is of another session.
 */
export function drawing(
  heap: Heap,
  selected: readonly NodeIndex[],
  direction: Direction,
  { maxDepth = 3, tooMany = 10, merge = true, newSince, ...options }: DrawingOptions = {},
): Drawing {
  const { graph } = heap
  const each = visitors[direction][options.raw ? 'raw' : 'read']
  const isNew = newSince && isNewSince(newSince, heap)
  const seen: Seen = new Map()
  const all: DrawnObjects[] = []
  const edges: DrawnEdge[] = []
  const stubs: DrawnNode[] = []
  const idOf = ({ nodes }: DrawnObjects): number => graph.nodeId[nodes[0]!]!
  const add = (nodes: readonly NodeIndex[], depth: number, isSelected: boolean): DrawnObjects => {
    const added = { nodes, depth, isSelected }
    for (const node of nodes) seen.set(node, added)
    all.push(added)
    return added
  }
  for (const node of new Set(selected)) add([node], 0, true)

  const merging: Merging = { heap, seen, merge, isNew, highlight: options.highlight, raw: options.raw ?? false }
  const isWanted = (node: NodeIndex): boolean => !options.ignore?.(node) && options.filter?.(node) !== false
  // The list is also the queue: objects found on the way are appended.
  for (const objects of all) {
    const { nodes, depth } = objects
    if (depth >= maxDepth || (depth > 0 && options.cull?.(nodes[0]!))) continue
    if (nodes.length > maxVisited) {
      addStub(idOf(objects), `references of ${counted(nodes.length)} objects`, depth + 1)
      continue
    }
    const groups = mergedGroups(merging, nodes, visit => {
      for (const node of nodes) {
        each(graph, node, (other, first, last, via) => {
          if (!isWanted(other)) return
          visit({
            other,
            type: referenceType(graph, first, last),
            label: () => referenceNotation(graph, first, last, via),
          })
        })
      }
    })
    let more = 0
    for (const [at, { others, references }] of groups.entries()) {
      if (at >= tooMany) {
        more += references.reduce((sum, { count }) => sum + count, 0)
        continue
      }
      const known = seen.get(others[0]!) ?? add(others, depth + 1, false)
      const [from, to] = direction === 'refs' ? [objects, known] : [known, objects]
      for (const { type, label, count } of references) {
        edges.push({ from: idOf(from), to: idOf(to), type, label, ...(count > 1 ? { count } : {}) })
      }
    }
    if (more > 0) {
      const word = direction === 'refs' ? 'reference' : 'backreference'
      addStub(idOf(objects), `${counted(more)} more ${word}${more === 1 ? '' : 's'}`, depth + 1)
    }
  }

  const nodes = all.map(objects => drawnNode(heap, objects, options, isNew))
  return { shape: 'drawing', title: '', direction, nodes: [...nodes, ...stubs], edges }

  function addStub(id: number, label: string, depth: number): void {
    const stub = `more-${id}`
    stubs.push({ id: stub, type: '', label, shallow: 0, retained: 0, role: 'more', depth })
    const [from, to] = direction === 'refs' ? [id, stub] : [stub, id]
    edges.push({ from, to, type: 'internal', label: '' })
  }
}

// Merged groups are followed up to this total number of objects.
const maxVisited = 100_000

const visitors = {
  refs: { read: eachReference, raw: eachEdge },
  backrefs: { read: eachReferrer, raw: eachRetainer },
} as const
