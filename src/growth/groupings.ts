import type { SignatureTable } from './signature-table.js'

/** A grouping of signatures in which to look for growth. */
export interface Grouping {
  /** The part of the path that it uses. */
  readonly by: 'path' | 'place' | 'retainer' | 'type'
  /** By signature: its group. */
  readonly of: Uint32Array
  readonly groups: number
}

/**
 * Single signatures, then groups by less and less of the path. An object with two retainers may have one path in one
 * heap and the other in the next, but the ends of both are the same. `place` uses the last two retainers and the edges
 * from them, `retainer` only the last.
 */
export function groupings(table: SignatureTable): readonly Grouping[] {
  const { above, step, type } = table
  return [
    { by: 'path', of: Uint32Array.from(above, (_, signature) => signature), groups: above.length },
    grouping('place', at => [type[above[above[at]!]!]!, step[above[at]!]!, type[above[at]!]!, step[at]!, type[at]!]),
    grouping('retainer', at => [type[above[at]!]!, step[at]!, type[at]!]),
    grouping('type', at => [type[at]!]),
  ]

  function grouping(by: Grouping['by'], keyOf: (signature: number) => number[]): Grouping {
    const known = new Map<string, number>([['', 0]])
    const of = Uint32Array.from(above, (_, signature) => {
      if (signature === 0) return 0
      const key = keyOf(signature).join()
      const group = known.get(key) ?? known.size
      known.set(key, group)
      return group
    })
    return { by, of, groups: known.size }
  }
}
