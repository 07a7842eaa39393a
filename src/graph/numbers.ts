import { type EdgeType, edgeTypeNumber, type HeapGraph, type NodeIndex } from './heap-graph.js'
import { reader } from './strings.js'

const element = edgeTypeNumber('element')

/** The positions of a node's numbers in the columns. A binary search. */
export function* numbersOf({ numbers }: HeapGraph, node: NodeIndex): Generator<number> {
  if (numbers === undefined) return
  for (let at = placeOf(numbers.node, node); numbers.node[at] === node; at++) yield at
}

/** The number of a node under a name, if the heap has it: `numberIn(graph, session, 'property', 'retries')`. */
export function numberIn(graph: HeapGraph, node: NodeIndex, type: EdgeType, name: string): number | undefined {
  if (graph.numbers === undefined) return undefined
  return numberWhere(graph, node, type, reader(graph.strings, name))
}

/** The same with a test of the name's number instead of a name. */
export function numberWhere(
  graph: HeapGraph,
  node: NodeIndex,
  type: EdgeType,
  isName: (index: number) => boolean,
): number | undefined {
  const { numbers } = graph
  if (numbers === undefined) return undefined
  const wanted = edgeTypeNumber(type)
  for (let at = placeOf(numbers.node, node); numbers.node[at] === node; at++)
    if (numbers.type[at] === wanted && isName(numbers.name[at]!)) return numbers.value[at]!
  return undefined
}

/** The number at an index of an array, if the heap has it: for a long array only the first ones. */
export const numberAt = (graph: HeapGraph, node: NodeIndex, index: number): number | undefined =>
  numberWhere(graph, node, 'element', name => name === index)

/** The name of a number as text: a property, a variable, or an index. */
export const numberNameOf = ({ numbers, strings }: HeapGraph, at: number): string =>
  numbers!.type[at] === element ? String(numbers!.name[at]) : strings.at(numbers!.name[at]!)

/** Where a node's numbers begin and end in the columns. */
export function numberRange({ numbers }: HeapGraph, node: NodeIndex): readonly [from: number, end: number] {
  return numbers === undefined ? [0, 0] : [placeOf(numbers.node, node), placeOf(numbers.node, node + 1)]
}

/** The first position whose node is not before `node`. */
function placeOf(nodes: Uint32Array, node: NodeIndex): number {
  let [low, high] = [0, nodes.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (nodes[middle]! < node) low = middle + 1
    else high = middle
  }
  return low
}

/** By node: where its numbers begin in the columns, with one more entry for the end. For passes over all nodes. */
export function firstNumbers({ numbers, nodeCount }: HeapGraph): Uint32Array {
  const first = new Uint32Array(nodeCount + 1)
  const nodes = numbers?.node ?? new Uint32Array()
  for (let at = 0; at < nodes.length; at++) first[nodes[at]! + 1]!++
  for (let node = 0; node < nodeCount; node++) first[node + 1]! += first[node]!
  return first
}
