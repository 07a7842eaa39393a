/** Fewer objects than this in some interval are not told, unless they weigh as much as that. */
const fewest = 3
const heavy = 10 * 1024

/** Whether what was gained in every interval is worth a suspect. */
export const isWorthTelling = (gained: readonly number[], bytes: readonly number[]): boolean =>
  Math.min(...gained) >= fewest || (Math.min(...gained) > 0 && Math.min(...bytes) >= heavy)

/**
 * Whether so many of what comes and goes (requests under way, what waits to be forgotten) could be there by chance. Their number, n, moves
 * by √n (Poisson); that it rises by four times as much, and each time, is no chance. `along` has by heap what is at the end of their
 * path, which may be several of each one's own (an object in an object). Where ids tell who stayed, this is not asked.
 */
export const isWithinChance = (gained: readonly number[], along: readonly number[]): boolean =>
  sum(gained) < chanceAlone(gained, along)

/** How many would have to be gained in all so that it is no chance. */
export function chanceAlone(gained: readonly number[], along: readonly number[]): number {
  const each = Math.max(1, ((along.at(-1) ?? 0) - (along[0] ?? 0)) / sum(gained))
  return 4 * Math.sqrt((along[0] ?? 0) / each)
}

const sum = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
