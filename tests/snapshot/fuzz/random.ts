/** Random numbers that a seed reproduces. */
export interface Random {
  /** An integer from 0 to below `limit`. */
  below(limit: number): number
  chance(of: number): boolean
  pick<T>(all: readonly T[]): T
  shuffled<T>(all: readonly T[]): T[]
}

/** Mulberry32: small, and good enough for breaking files. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: of => next() < of,
    pick: all => all[below(all.length)]!,
    shuffled(all) {
      const left = [...all]
      return Array.from({ length: left.length }, () => left.splice(below(left.length), 1)[0]!)
    },
  }
}
