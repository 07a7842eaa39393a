/**
 * Values as a row of small bars, scaled from the lowest to the highest value, with a space for a missing value. More
 * than `most` values are grouped: each bar is then a mean.
 */
export function sparkline(values: readonly (number | null)[], most = 40): string {
  const bars = together(values, most)
  const { low, height } = range(bars)
  return bars
    .map(bar => (bar === undefined ? ' ' : BARS[Math.round(((bar - low) / height) * (BARS.length - 1))]))
    .join('')
}

/** The first and last available values and their difference; null when there are none. */
export function span(values: readonly (number | null)[]): {
  first: number | null
  last: number | null
  change: number | null
} {
  const had = present(values)
  const first = had[0] ?? null
  const last = had.at(-1) ?? null
  return { first, last, change: first === null || last === null ? null : last - first }
}

/**
 * The lowest value, and the height of the scale above it: up to the highest value, but at least a five-hundredth of
 * that, so that 16 bytes of 2 MB do not look like a cliff. A constant value is drawn at the bottom.
 */
export function range(values: readonly (number | null | undefined)[]): { low: number; height: number } {
  const had = present(values)
  const low = had.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = had.reduce((greatest, value) => Math.max(greatest, value), Number.NEGATIVE_INFINITY)
  return { low, height: Math.max(high - low, Math.abs(high) / 500) || 1 }
}

const BARS = '▁▂▃▄▅▆▇█'

function present(values: readonly (number | null | undefined)[]): number[] {
  return values.filter(value => typeof value === 'number' && Number.isFinite(value)) as number[]
}

function together(values: readonly (number | null)[], most: number): (number | undefined)[] {
  const count = Math.min(values.length, most)
  return Array.from({ length: count }, (_, bar) => {
    const had = present(
      values.slice(Math.floor((bar * values.length) / count), Math.floor(((bar + 1) * values.length) / count)),
    )
    return had.length === 0 ? undefined : had.reduce((sum, value) => sum + value, 0) / had.length
  })
}
