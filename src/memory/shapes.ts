/** How the dump encodes an object's words. */
export type Form = 'slots' | 'one byte' | 'two bytes' | 'external'
export const forms: readonly Form[] = ['slots', 'one byte', 'two bytes', 'external']

/** Words of an object with tagged values, from `start` to before `end`. */
export interface Run {
  readonly start: number
  /** `Infinity`: the object's end. */
  readonly end: number
  readonly kind: 'plain' | 'ephemerons' | 'custom weak'
}
export const runKinds: readonly Run['kind'][] = ['plain', 'ephemerons', 'custom weak']

/** What objects with one V8 map have in common. */
export interface Shape {
  /** V8's number for the instance type. */
  readonly type: number
  readonly form: Form
  /** Size in words; 0 if it varies by object. */
  readonly words: number
  /** Bytes 8 to 19 of the map. */
  readonly map: Uint8Array
  /** The number of the map's node. */
  readonly mapNode: number
}

/** A shape with one layout of tagged values. */
export interface Variant {
  readonly shape: number
  readonly runs: readonly Run[]
  /** The first tagged word, if all following words are tagged; else 0. */
  readonly simpleFrom: number
}

export const variantOf = (shape: number, runs: readonly Run[]): Variant => ({
  shape,
  runs,
  simpleFrom: runs.length === 1 && runs[0]!.end === Number.POSITIVE_INFINITY ? runs[0]!.start : 0,
})

/** The number of tagged words in an object of `words` words. */
export function slotsIn({ runs, simpleFrom }: Variant, words: number): number {
  if (simpleFrom > 0) return Math.max(0, words - simpleFrom)
  let count = 0
  for (const { start, end } of runs) count += Math.max(0, Math.min(end, words) - Math.min(start, words))
  return count
}

/** The number of untagged words among the first `rawWords`, which the dump contains as they are. */
export function rawsIn({ runs, simpleFrom }: Variant, words: number, rawWords: number): number {
  const last = Math.min(words, rawWords)
  if (simpleFrom > 0) return Math.max(0, Math.min(simpleFrom, last) - 1)
  let count = Math.max(0, last - 1)
  for (const { start, end } of runs) count -= Math.max(0, Math.min(end, last) - Math.min(start, last))
  return count
}
