import { fileURLToPath } from 'node:url'
import {
  type EdgeIndex,
  edgeNameOf,
  edgeTypeOf,
  type HeapGraph,
  type NodeIndex,
  nodeTypeOf,
} from '../graph/heap-graph.js'
import { locationOf } from '../graph/locations.js'
import { reads } from '../graph/strings.js'
import { moduleFile } from '../heap/roots.js'
import { follow, inside } from '../heap/v8/edges.js'
import { constructorOf } from '../heap/v8/scopes.js'
import { scriptOf } from '../heap/v8/scripts.js'
import { LeakscopeSign } from '../live/own-process.js'
import { plainPath } from '../sources/script-path.js'

/** The folder of this copy of leakscope: functions of scripts below it are ours. */
const folder = fileURLToPath(new URL('..', import.meta.url))

/**
 * What our marker object contains in a snapshot of our own process: the nodes of the selected values by position, and
 * of our answers.
 */
export interface Shown {
  readonly values: ReadonlyMap<number, NodeIndex>
  readonly answers: readonly NodeIndex[]
  /** Object id of the canary. */
  readonly canary: number
}

/** Finds the marker object. */
export function findMarker(graph: HeapGraph): Shown {
  const isName = reads(graph.strings, LeakscopeSign.name)
  const sign = graph.nodeName.findIndex(
    (name, node) =>
      isName(name) &&
      nodeTypeOf(graph, node) === 'object' &&
      follow(graph, node, 'property', 'canary') !== undefined &&
      follow(graph, node, 'property', 'values') !== undefined,
  )
  const list = follow(graph, sign, 'property', 'values')!
  const values = new Map<number, NodeIndex>()
  for (let edge = graph.firstEdge[list]!; edge < graph.firstEdge[list + 1]!; edge++) {
    if (edgeTypeOf(graph, edge) === 'element') values.set(graph.edgeName[edge]!, graph.edgeTo[edge]!)
  }
  const set = follow(graph, sign, 'property', 'answers')!
  const canary = graph.nodeId[follow(graph, sign, 'property', 'canary')!]!
  return { values, answers: [list, ...members(graph, set)], canary }
}

/** The members of a WeakSet, from the weak edges of its table. */
function members(graph: HeapGraph, set: NodeIndex): NodeIndex[] {
  const table = inside(graph, set, 'table')
  if (table === undefined) return []
  const found: NodeIndex[] = []
  for (let edge = graph.firstEdge[table]!; edge < graph.firstEdge[table + 1]!; edge++) {
    if (nodeTypeOf(graph, graph.edgeTo[edge]!) === 'object') found.push(graph.edgeTo[edge]!)
  }
  return found
}

/**
 * References that V8 keeps only for a moment: to the microtask that resumed the program, and to objects used by a
 * concurrent compilation.
 */
export function isTransient(graph: HeapGraph, edge: EdgeIndex, from: NodeIndex): boolean {
  if (nodeTypeOf(graph, from) !== 'synthetic') return false
  const name = edgeNameOf(graph, edge)
  return name === 'current_microtask' || name.endsWith('/ IdentityMapBase')
}

/**
 * The nodes of the process' own heap that belong to leakscope, at which a search stops: its functions, modules and
 * objects of its classes, the answers it gave, the stack (that of the call), and V8's string table, which keeps nothing
 * alive.
 */
export function ourNodes(graph: HeapGraph, answers: readonly NodeIndex[]): Set<NodeIndex> {
  const found = new Set<NodeIndex>(answers)
  for (let node = 0; node < graph.nodeCount; node++) if (isOurs(graph, node)) found.add(node)
  return found
}

const passed: ReadonlySet<string> = new Set([
  '(Stack roots)',
  '(Handle scope)',
  '(Handle scopes)',
  '(Internalized strings)',
])

function isOurs(graph: HeapGraph, node: NodeIndex): boolean {
  switch (nodeTypeOf(graph, node)) {
    case 'synthetic':
      return passed.has(graph.strings.at(graph.nodeName[node]!))
    case 'closure':
      return isOurScript(scriptOf(graph, node))
    case 'code':
      return isOurScript(graph.strings.at(graph.nodeName[node]!))
    case 'hidden':
      return isOurScript(moduleFile(graph, node))
    case 'object': {
      // Only instances of classes have a location.
      const maker = locationOf(graph, node) === undefined ? undefined : constructorOf(graph, node)
      return isOurScript(maker === undefined ? moduleFile(graph, node) : scriptOf(graph, maker))
    }
    default:
      return false
  }
}

/** Whether a function is leakscope's. */
export const isOurFunction = (graph: HeapGraph, closure: NodeIndex): boolean => isOurScript(scriptOf(graph, closure))

const isOurScript = (script: string | undefined): boolean =>
  script !== undefined && plainPath(script).startsWith(folder)
