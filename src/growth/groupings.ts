import type { SignatureTable } from './signature-table.js'

/** Signatures taken together: what path growth is looked for in. */
export interface Grouping {
  /** How much of a path it goes by. */
  readonly by: 'path' | 'place' | 'retainer' | 'type'
  /** By signature: its group. */
  readonly of: Uint32Array
  readonly groups: number
}

/**
 * Signatures as they are, then by less and less of the path. An object that two places retain may be found by one path in one heap and by
 * the other in the next: the ends of both are the same. `place` is the last two retainers and what leads on, `retainer` the last alone.
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
