/**
 * The median slope over all pairs of readings (Theil–Sen), in units of `values` per unit of `at`. Unlike a
 * least-squares line, it is robust against a single outlier. 0 for fewer than two readings.
 *
 * Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63 (1968).
 */
export function slope(values: readonly number[], at: readonly number[] = values.map((_, i) => i)): number {
  const steepness: number[] = []
  for (let later = 1; later < values.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      const apart = at[later]! - at[earlier]!
      if (apart > 0) steepness.push((values[later]! - values[earlier]!) / apart)
    }
  }
  return median(steepness)
}

/** The middle value, or the mean of the two middle ones; 0 for none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * The probability that readings in random order rise at least as steadily as these: the one-sided p of the Mann–Kendall
 * test. Five readings that always rise give 1/120, equal readings give 1. Exact up to 40 readings, including ties;
 * beyond, the normal approximation.
 *
 * Mann, "Nonparametric Tests Against Trend", Econometrica 13 (1945); Kendall, "Rank Correlation Methods" (1948).
 */
export function risingByChance(values: readonly number[]): number {
  const ties = tieSizes(values)
  let falling = 0
  let comparable = 0
  for (let later = 1; later < values.length; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      if (values[earlier]! !== values[later]!) comparable++
      if (values[earlier]! > values[later]!) falling++
    }
  }
  if (comparable === 0) return 1
  return values.length <= 40 ? exactly(falling, ties) : nearly(falling, comparable, values.length, ties)
}

/** How often each distinct value occurs. */
function tieSizes(values: readonly number[]): number[] {
  const sizes = new Map<number, number>()
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1)
  return [...sizes.values()]
}

/**
 * The number of orders of a multiset with k falling pairs is the k-th coefficient of a Gaussian multinomial: a product
 * of Gaussian binomials, one per distinct value. Only positive numbers are added, so there is no cancellation.
 */
function exactly(falling: number, ties: readonly number[]): number {
  let orders = [1]
  let joined = 0
  for (const size of ties) {
    orders = product(orders, gaussianBinomial(joined, size))
    joined += size
  }
  let asSteady = 0
  let all = 0
  for (let pairs = 0; pairs < orders.length; pairs++) {
    if (pairs <= falling) asSteady += orders[pairs]!
    all += orders[pairs]!
  }
  return asSteady / all
}

/** Coefficient k: the number of shuffles of `a` and `b` items with k pairs out of order. */
function gaussianBinomial(a: number, b: number): number[] {
  // ways[j] is the answer for i and j items; the recurrence distinguishes from which of them the last item comes.
  const ways: number[][] = Array.from({ length: b + 1 }, () => [1])
  for (let i = 1; i <= a; i++) {
    for (let j = 1; j <= b; j++) {
      const sum = new Array<number>(i * j + 1).fill(0)
      ways[j - 1]!.forEach((count, k) => {
        sum[k]! += count
      })
      ways[j]!.forEach((count, k) => {
        sum[k + j]! += count
      })
      ways[j] = sum
    }
  }
  return ways[b]!
}

function product(a: readonly number[], b: readonly number[]): number[] {
  const result = new Array<number>(a.length + b.length - 1).fill(0)
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) result[i + j]! += a[i]! * b[j]!
  }
  return result
}

function nearly(falling: number, comparable: number, n: number, ties: readonly number[]): number {
  const spread = (count: number): number => count * (count - 1) * (2 * count + 5)
  const variance = (spread(n) - ties.reduce((sum, size) => sum + spread(size), 0)) / 18
  const surplus = comparable - 2 * falling
  // The statistic moves in steps of two, so the continuity correction is one.
  return upperTail((surplus - 1) / Math.sqrt(variance))
}

/** Probability that a standard normal value exceeds z, to 1e-7 (Abramowitz and Stegun 26.2.17). */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z)
  const t = 1 / (1 + 0.2316419 * z)
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
}

/**
 * Which of many tests are significant at a false discovery rate of `rate` (Benjamini–Hochberg): the more series are
 * tested, the steadier each must rise.
 *
 * Benjamini and Hochberg, "Controlling the False Discovery Rate", J. R. Stat. Soc. B 57 (1995).
 */
export function believable(chances: readonly number[], rate = 0.05): boolean[] {
  const ascending = [...chances].sort((a, b) => a - b)
  let bar = -1
  ascending.forEach((chance, rank) => {
    if (chance <= (rate * (rank + 1)) / ascending.length) bar = chance
  })
  return chances.map(chance => chance <= bar)
}

/** The largest rise from any reading to a later one, and the largest fall. */
export function extremes(values: readonly number[]): { climb: number; fall: number } {
  let lowest = values[0]!
  let highest = values[0]!
  let climb = 0
  let fall = 0
  for (const value of values) {
    climb = Math.max(climb, value - lowest)
    fall = Math.max(fall, highest - value)
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
  }
  return { climb, fall }
}
