import type { NodeIndex } from '../graph/heap-graph.js'
import { nodeTypeOf } from '../graph/heap-graph.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { reader } from '../graph/strings.js'
import { type Group, grouped, retainedByGroup } from '../heap/groups.js'
import type { Heap } from '../heap/heap.js'
import { isGlobal } from '../heap/roots.js'
import { inside } from '../heap/v8/edges.js'
import { propertyNames } from '../heap/v8/shapes.js'
import { storeOf } from '../heap/v8/stores.js'
import { heldBy } from '../paths/held-by.js'
import { nodejsOwn } from '../paths/nodejs-own.js'
import { standard } from '../report/columns.js'
import { counted, sized } from '../units.js'
import { type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { choice, count, cutNote, limit, pattern } from './ask/options.js'
import { all, programFirst } from './ask/program-first.js'

/** Plain objects with the same properties. */
export interface ShapeGroup extends Group {
  /** `{sku, quantity}`: the properties in the order they were added. */
  readonly shape: string
  readonly nodes: NodeIndex[]
  readonly shallow: number
  /** Bytes that would be freed with them. */
  readonly retained: number
}

const orders = ['retained', 'count', 'shallow'] as const

/**
 * The plain objects of a heap (those without a class) by their properties, by default largest retained size first.
 * Objects used as dictionaries have no shape: see `collections`. Costs the dominators.
 */
export function shapes(heap: Heap, order: (typeof orders)[number] = 'retained'): ShapeGroup[] {
  const { graph } = heap
  const sizes = shallowSizes(graph)
  const groups = grouped<Group & { readonly shape: string }>()
  const isPlain = reader(graph.strings, 'Object')
  // Objects of one hidden class have the same properties, which are read once.
  const known = new Map<NodeIndex, string>()
  for (let node = 0; node < graph.nodeCount; node++) {
    if (nodeTypeOf(graph, node) !== 'object' || !isPlain(graph.nodeName[node]!)) continue
    if (isGlobal(graph, node)) continue
    const shape = shapeOf(node)
    if (shape !== undefined) groups.add(shape, node, () => ({ shape, nodes: [] }))
  }
  const retained = retainedByGroup(graph, groups.all)
  const found = groups.all.map(
    ({ shape, nodes }, at): ShapeGroup => ({
      shape,
      nodes,
      shallow: nodes.reduce((sum, node) => sum + sizes[node]!, 0),
      retained: retained[at]!,
    }),
  )
  const size = (group: ShapeGroup): number => (order === 'count' ? group.nodes.length : group[order])
  return found.sort((a, b) => size(b) - size(a) || b.retained - a.retained)

  function shapeOf(node: NodeIndex): string | undefined {
    if (storeOf(graph, node)?.kind === 'dictionary') return undefined
    const hiddenClass = inside(graph, node, 'map')
    let shape = hiddenClass === undefined ? undefined : known.get(hiddenClass)
    if (shape === undefined) {
      shape = shapeText(propertyNames(graph, node))
      if (hiddenClass !== undefined) known.set(hiddenClass, shape)
    }
    return shape
  }
}

/** The number of properties shown. */
const most = 20

function shapeText(names: readonly string[]): string {
  const shown = names
    .slice(0, most)
    .map(name => (/^[\p{ID_Start}$_#<][\p{ID_Continue}$ .>]*$/u.test(name) ? name : JSON.stringify(name)))
  return `{${shown.join(', ')}${names.length > most ? `, … ${names.length - most} more` : ''}}`
}

const options = {
  sort: choice('--sort', 'the order', orders, 'retained'),
  limit: limit('how many shapes', 10),
  filter: pattern('--filter', 'only shapes whose properties match'),
  min: count('--min', 'only shapes of at least n objects', 1),
  all,
}

/** `leakscope shapes`: plain objects by their properties. */
export const shapesAnalysis: HeapAnalysis = heapAnalysis({
  name: 'shapes',
  summary: 'Plain objects by shape {a, b}: count, sizes, and what retains one',
  heaps: 1,
  options,
  run(heap, { sort, limit, filter, min, all }) {
    const own = nodejsOwn(heap.graph)
    const ranked = programFirst(
      shapes(heap, sort).filter(({ shape, nodes }) => nodes.length >= min && (filter === undefined || filter(shape))),
      ({ nodes }) => nodes.every(node => own[node] === 1),
      'shapes whose objects only Node.js itself retains',
      all,
    )
    const wanted = ranked.rows
    const shown = wanted.slice(0, limit)
    const [first] = shown
    return {
      title: 'Shapes of plain objects',
      ...(first === undefined
        ? {}
        : { headline: `${counted(first.nodes.length)} × ${first.shape}, retaining ${sized(first.retained)}` }),
      sections: [
        {
          shape: 'table',
          title: 'Shapes',
          columns: [
            standard.count,
            standard.shallow,
            standard.retained,
            standard.oneId,
            { key: 'shape', title: 'Shape', unit: 'text' },
            { key: 'heldBy', title: 'One retained by', unit: 'text' },
          ],
          rows: shown.map(({ nodes, shape, shallow, retained }) => ({
            count: nodes.length,
            shallow,
            retained,
            id: heap.graph.nodeId[nodes[nodes.length >> 1]!]!,
            shape,
            heldBy: heldBy(heap, nodes[nodes.length >> 1]!),
          })),
        },
      ],
      notes: [
        ...cutNote(shown.length, wanted.length, 'shapes'),
        ...ranked.notes,
        'Objects used as dictionaries have no shape: see collections.',
        'A heap does not have the place where an object was created, unless allocations were tracked.',
      ],
    }
  },
})
