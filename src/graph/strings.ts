import type { StringTable } from './heap-graph.js'
import { memo } from './memo.js'

/**
 * Returns a test of whether a string, by number, equals `text`. Each string is decoded at most once, so repeated tests,
 * for millions of nodes with a few names, are array lookups.
 */
export function reads(strings: StringTable, text: string): (index: number) => boolean {
  const known = new Uint8Array(strings.length)
  return index => {
    if (known[index] === 0) known[index] = strings.at(index) === text ? 2 : 1
    return known[index] === 2
  }
}

const readers = memo((_: StringTable) => new Map<string, (index: number) => boolean>())

/** `reads`, memoised per text: for questions about single nodes. 1 byte per string for each text. */
export function reader(strings: StringTable, text: string): (index: number) => boolean {
  const known = readers(strings)
  let is = known.get(text)
  if (is === undefined) {
    is = reads(strings, text)
    known.set(text, is)
  }
  return is
}
