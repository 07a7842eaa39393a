/** How an object's words stand in the dump. */
export type Form = 'slots' | 'one byte' | 'two bytes' | 'external'
export const forms: readonly Form[] = ['slots', 'one byte', 'two bytes', 'external']

/** Words of an object that hold tagged values, from one to before another. */
export interface Run {
  readonly start: number
  /** `Infinity`: the object's end. */
  readonly end: number
  readonly kind: 'plain' | 'ephemerons' | 'custom weak'
}
export const runKinds: readonly Run['kind'][] = ['plain', 'ephemerons', 'custom weak']

/** What objects with one map of V8's have in common. */
export interface Shape {
  /** V8's number of the instance type. */
  readonly type: number
  readonly form: Form
  /** Size in words; 0 where each object says its own. */
  readonly words: number
  /** Bytes 8 to 19 of the map. */
  readonly map: Uint8Array
  /** Number of the map's own node; not checked before the end of the dump. */
  readonly mapNode: number
}

/** A shape with one layout: which words of its objects are tagged values. */
export interface Variant {
  readonly shape: number
  readonly runs: readonly Run[]
  /** The first tagged word where all behind it are tagged, too; else 0. */
  readonly simpleFrom: number
}

export const variantOf = (shape: number, runs: readonly Run[]): Variant => ({
  shape,
  runs,
  simpleFrom: runs.length === 1 && runs[0]!.end === Number.POSITIVE_INFINITY ? runs[0]!.start : 0,
})

/** How many words of an object so large are tagged values. */
export function slotsIn({ runs, simpleFrom }: Variant, words: number): number {
  if (simpleFrom > 0) return Math.max(0, words - simpleFrom)
  let count = 0
  for (const { start, end } of runs) count += Math.max(0, Math.min(end, words) - Math.min(start, words))
  return count
}

/** How many of its first words are written as they are, because they are no tagged values. */
export function rawsIn({ runs, simpleFrom }: Variant, words: number, rawWords: number): number {
  const last = Math.min(words, rawWords)
  if (simpleFrom > 0) return Math.max(0, Math.min(simpleFrom, last) - 1)
  let count = Math.max(0, last - 1)
  for (const { start, end } of runs) count -= Math.max(0, Math.min(end, last) - Math.min(start, last))
  return count
}
