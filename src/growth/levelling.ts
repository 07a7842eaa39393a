/**
 * Whether what a holder keeps, heap by heap, rises less and less, as a cache's does that fills: two thirds of the gain gone from one
 * interval to the next, or a quarter gone while bytes it had were let go of (`released`).
 */
export function isLevelling(kept: readonly number[], released: number): boolean {
  const gains = kept.slice(1).map((bytes, at) => bytes - kept[at]!)
  if (gains.length < 2) return false
  const total = kept.at(-1)! - kept[0]!
  const last = gains.at(-1)!
  const before = (total - last) / (gains.length - 1)
  return last < before / 3 || (last < 0.75 * before && released > 0.2 * total)
}
