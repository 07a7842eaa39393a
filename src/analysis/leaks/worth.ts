/** Fewer objects than this in some interval are not told, unless they weigh as much as that. */
const fewest = 3
const heavy = 10 * 1024

/** Whether what was gained in every interval is worth a suspect. */
export const isWorthTelling = (gained: readonly number[], bytes: readonly number[]): boolean =>
  Math.min(...gained) >= fewest || (Math.min(...gained) > 0 && Math.min(...bytes) >= heavy)
