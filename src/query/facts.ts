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

/** A fact of every object that an expression can name. */
export interface Fact {
  readonly name: string
  readonly summary: string
  readonly unit: Unit
  /** Its type, so that invalid comparisons are found before evaluation. `any` if it depends on the object. */
  readonly gives: 'number' | 'text' | 'any'
  /** Its approximate cost: cheaper facts are evaluated first. */
  readonly cost: number
  /** Whether it needs only nodes, not edges. */
  readonly ofNodes?: true
  /** Prepares what all objects need (such as dominators), and returns the function for one object. */
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
    summary: 'the name that V8 gives it: for a function its name, for an object its class',
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
    summary: 'its description, as in the column Name: "1,024 entries", "id \\"user-7\\""',
    unit: 'text',
    gives: 'text',
    cost: 20,
    of: heap => node => describe(heap, node),
  },
  {
    name: 'value',
    summary: 'the value of a string or number, or true, false, null, undefined',
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
    summary: 'bytes of the object including the tables that only it uses (the shallow size of other commands)',
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
    summary: 'fewest edges from a root; undefined for unreachable objects',
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
    summary: 'number of edges to it (in-degree)',
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
    summary: 'number of edges from it (out-degree)',
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
    summary: 'entries of a Map or Set, items of an Array, keys of an Object, as far as the heap has them',
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
    summary: 'the source file of its class, or of the function itself',
    unit: 'text',
    gives: 'text',
    cost: 20,
    of: heap => node => placeOf(heap, node)?.file,
  },
  {
    name: 'line',
    summary: 'the line in that file',
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

/** The fact with a name, or with an alias: `indegree`, `outdegree`, `size`. */
export const factNamed = (name: string): Fact | undefined =>
  facts.find(fact => fact.name === (Object.hasOwn(others, name) ? others[name] : name))
