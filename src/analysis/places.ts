import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { locationOf } from '../graph/locations.js'
import type { Place } from '../place.js'
import { plainPath } from '../sources/script-path.js'
import type { Heap } from './heap.js'
import { constructorOf, scriptOf } from './layout/scopes.js'
import { shortPath } from './script-names.js'

/**
 * Where a function, or the class of an object, stands in the source: the original place where the heap's scripts are known, else
 * the place in the script V8 ran, whose name the heap itself holds.
 */
export function placeOf({ graph, places }: Pick<Heap, 'graph' | 'places'>, node: NodeIndex): Place | undefined {
  const location = locationOf(graph, node)
  if (location === undefined) return undefined
  const known = places.at(location.script, location.line, location.column)
  if (known !== undefined) return known
  const file = scriptNear(graph, node)
  return file === undefined
    ? undefined
    : { file: plainPath(file), line: location.line + 1, column: location.column + 1 }
}

function scriptNear(graph: HeapGraph, node: NodeIndex): string | undefined {
  const closure = nodeTypeOf(graph, node) === 'closure' ? node : constructorOf(graph, node)
  return closure === undefined ? undefined : scriptOf(graph, closure)
}

/** A place as a label shows it: `src/store.js:6:12`. */
export const placeText = ({ file, line, column }: Place): string => `${shortPath(file)}:${line}:${column}`
