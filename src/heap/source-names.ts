import { types } from '../graph/types.js'
import type { Heap } from './heap.js'

/**
 * What classes are called in the source, by the names they have in a minified heap: of the types `wanted`, or of all. A type is in it only
 * where a source map gives it another name. One pass over the objects whose class is known by its place; reads the source maps of those.
 */
export function sourceNames({ graph, places }: Heap, wanted?: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const { locations } = graph
  if (locations === undefined || places.namesOf === undefined) return found
  const { of, names } = types(graph)
  const seen = new Uint8Array(names.length)
  const { node: located, script, line, column } = locations
  for (let place = 0; place < located.length; place++) {
    const type = of[located[place]!]!
    if (seen[type] === 1) continue
    seen[type] = 1
    const name = names[type]!
    // Functions have places, too, and are no class.
    if (name.startsWith('(') || (wanted !== undefined && !wanted.has(name))) continue
    const original = places.namesOf(script[place]!)?.own(name, line[place]!, column[place]!)
    if (original !== undefined && original !== name) found.set(name, original)
  }
  return found
}
