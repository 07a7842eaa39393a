import type { NodeIndex } from '../graph/heap-graph.js'
import { locationOf } from '../graph/locations.js'
import type { Place } from '../place.js'
import { plainPath } from '../sources/script-path.js'
import type { Heap } from './heap.js'
import { shortPath } from './script-names.js'

/** The source location of a function or of an object's class. */
export function placeOf({ graph, places }: Pick<Heap, 'graph' | 'places'>, node: NodeIndex): Place | undefined {
  const location = locationOf(graph, node)
  return location && places.at(location.script, location.line, location.column)
}

/** A script's file, as in places. */
export const scriptFile = ({ places }: Pick<Heap, 'places'>, url: string): string =>
  places.fileOf?.(url) ?? plainPath(url)

/** A place as text: `src/store.js:6:12`. */
export const placeText = ({ file, line, column }: Place): string => `${shortPath(file)}:${line}:${column}`
