import type { StringTable } from './heap-graph.js'

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
