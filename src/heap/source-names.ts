import { types } from '../graph/types.js'
import type { Heap } from './heap.js'

/**
 * The original names of classes by their names in a minified heap, for the types `wanted` or for all. Contains only
 * types for which a source map has a different name. One pass over the objects whose class has a location; reads their
 * source maps.
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
    // Functions also have locations, but are not classes.
    if (name.startsWith('(') || (wanted !== undefined && !wanted.has(name))) continue
    const original = places.namesOf(script[place]!)?.own(name, line[place]!, column[place]!)
    if (original !== undefined && original !== name) found.set(name, original)
  }
  return found
}
