import type { StringTable } from './heap-graph.js'
import { memo } from './memo.js'

/**
 * Tells by their numbers which strings read `text`. Each string is decoded at most once, so asking again, for millions of nodes
 * that share a few names, costs a look into an array.
 */
export function reads(strings: StringTable, text: string): (index: number) => boolean {
  const known = new Uint8Array(strings.length)
  return index => {
    if (known[index] === 0) known[index] = strings.at(index) === text ? 2 : 1
    return known[index] === 2
  }
}

const readers = memo((_: StringTable) => new Map<string, (index: number) => boolean>())

/** `reads`, made once for each text: for questions asked of one node after the other. 1 byte a string for each text ever asked about. */
export function reader(strings: StringTable, text: string): (index: number) => boolean {
  const known = readers(strings)
  let is = known.get(text)
  if (is === undefined) {
    is = reads(strings, text)
    known.set(text, is)
  }
  return is
}
