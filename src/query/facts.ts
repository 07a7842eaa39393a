import { distances, unreachable } from '../graph/distances.js'
import { type HeapGraph, type NodeIndex, nodeTypes } from '../graph/heap-graph.js'
import { incoming } from '../graph/incoming.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { types } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import type { Heap } from '../heap/heap.js'
import { placeOf } from '../heap/places.js'
import { entryCount } from '../heap/v8/entry-count.js'
import type { Unit } from '../report/report.js'
import { readValue, type Value } from './values.js'

/** Something every object has, whatever it is: what an expression may name. */
export interface Fact {
  readonly name: string
  readonly summary: string
  readonly unit: Unit
  /** What kind of value it is, so that nonsense is found before the heap is looked at. `any` for what differs by object. */
  readonly gives: 'number' | 'text' | 'any'
  /** How much it costs to tell, roughly: those that cost less are asked first. */
  readonly cost: number
  /** Whether it is told from the nodes alone: heaps of which no edge was read know it. */
  readonly ofNodes?: true
  /** Makes ready what all objects need (dominators, for one), and gives the function that tells of one. */
  readonly of: (heap: Heap) => (node: NodeIndex) => Value
}

const column =
  (choose: (graph: HeapGraph) => Float64Array | Uint32Array): Fact['of'] =>
  ({ graph }) => {
    const values = choose(graph)
    return node => values[node]!
  }

/** Every name of an expression, in the order of the documentation. */
export const facts: readonly Fact[] = [
  {
    name: 'type',
    summary: 'the constructor\'s name, or V8\'s word in brackets: "Session", "(closure)"',
    unit: 'text',
    gives: 'text',
    cost: 1,
    ofNodes: true,
    of: ({ graph }) => {
      const { of, names } = types(graph)
      return node => names[of[node]!]!
    },
  },
  {
    name: 'kind',
    summary: "V8's node type: object, closure, string, array, native, …",
    unit: 'text',
    gives: 'text',
    cost: 1,
    ofNodes: true,
    of:
      ({ graph }) =>
      node =>
        nodeTypes[graph.nodeType[node]!]!,
  },
  {
    name: 'name',
    summary: 'the name V8 gives it: of a function its own, of an object its class',
    unit: 'text',
    gives: 'text',
    cost: 3,
    ofNodes: true,
    of:
      ({ graph }) =>
      node =>
        graph.strings.at(graph.nodeName[node]!),
  },
  {
    name: 'label',
    summary: 'what it is, as the column Name of the tables says it: "1,024 entries", "id \\"user-7\\""',
    unit: 'text',
    gives: 'text',
    cost: 20,
    of: heap => node => describe(heap, node),
  },
  {
    name: 'value',
    summary: 'the value itself of a string, a number, true, false, null or undefined',
    unit: 'text',
    gives: 'any',
    cost: 4,
    of:
      ({ graph }) =>
      node =>
        readValue(graph, node),
  },
  {
    name: 'id',
    summary: 'the object id: id = @1203',
    unit: 'id',
    gives: 'number',
    cost: 1,
    ofNodes: true,
    of: column(graph => graph.nodeId),
  },
  {
    name: 'self',
    summary: 'bytes of the object alone, as V8 wrote them',
    unit: 'bytes',
    gives: 'number',
    cost: 1,
    ofNodes: true,
    of: column(graph => graph.selfSize),
  },
  {
    name: 'shallow',
    summary: 'bytes of the object with the tables that are its alone (the shallow size of other commands)',
    unit: 'bytes',
    gives: 'number',
    cost: 1,
    of: column(shallowSizes),
  },
  {
    name: 'retained',
    summary: 'bytes that would be freed with it',
    unit: 'bytes',
    gives: 'number',
    cost: 1,
    of: column(retainedSizes),
  },
  {
    name: 'distance',
    summary: 'fewest edges from a root; undefined for what nothing keeps',
    unit: 'count',
    gives: 'number',
    cost: 1,
    of: ({ graph }) => {
      const distance = distances(graph)
      return node => (distance[node] === unreachable ? undefined : distance[node]!)
    },
  },
  {
    name: 'retainers',
    summary: 'how many edges lead to it (its in-degree)',
    unit: 'count',
    gives: 'number',
    cost: 1,
    of: ({ graph }) => {
      const { first } = incoming(graph)
      return node => first[node + 1]! - first[node]!
    },
  },
  {
    name: 'references',
    summary: 'how many edges leave it (its out-degree)',
    unit: 'count',
    gives: 'number',
    cost: 1,
    of:
      ({ graph }) =>
      node =>
        graph.firstEdge[node + 1]! - graph.firstEdge[node]!,
  },
  {
    name: 'entries',
    summary: 'entries of a Map or Set, items of an Array, keys of an Object that the heap shows',
    unit: 'count',
    gives: 'number',
    cost: 10,
    of:
      ({ graph }) =>
      node =>
        entryCount(graph, node),
  },
  {
    name: 'file',
    summary: 'where its class, or the function itself, stands in the source',
    unit: 'text',
    gives: 'text',
    cost: 20,
    of: heap => node => placeOf(heap, node)?.file,
  },
  {
    name: 'line',
    summary: 'the line there',
    unit: 'count',
    gives: 'number',
    cost: 20,
    of: heap => node => placeOf(heap, node)?.line,
  },
]

const others: Readonly<Record<string, string>> = {
  class: 'type',
  size: 'self',
  in: 'retainers',
  indegree: 'retainers',
  out: 'references',
  outdegree: 'references',
}

/** The fact of a name, or of another word people use for it: `indegree`, `outdegree`, `size`. */
export const factNamed = (name: string): Fact | undefined =>
  facts.find(fact => fact.name === (Object.hasOwn(others, name) ? others[name] : name))
