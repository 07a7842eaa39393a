import type { Census } from '../heap/census.js'

/** A type with more objects in every heap. */
export interface TypeGrowth {
  readonly type: string
  readonly count: number
  readonly delta: number
  readonly bytes: number
}

/** Types with more objects in every heap, most bytes first; at most ten. */
export function typeGrowth(types: readonly Census[]): TypeGrowth[] {
  const [first, last] = [types[0], types.at(-1)]
  if (first === undefined || last === undefined || types.length < 2) return []
  const count = (at: number, type: string): number => types[at]!.get(type)?.count ?? 0
  return [...last]
    .filter(([type]) => types.every((_, at) => at === 0 || count(at, type) > count(at - 1, type)))
    .map(([type, now]) => ({
      type,
      count: now.count,
      delta: now.count - count(0, type),
      bytes: now.bytes - (first.get(type)?.bytes ?? 0),
    }))
    .sort((a, b) => b.bytes - a.bytes || b.delta - a.delta)
    .slice(0, 10)
}
