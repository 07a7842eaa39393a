import { captureCost } from '../capture/estimate.js'
import type { FreeMemory } from '../linux/memory-limits.js'
import type { Fill } from './fill.js'

/** When to capture by fork before a control group is full. */
export interface Moment {
  /** The share of the group's limit to wait for. */
  readonly at: number
  /** Whether the child that writes the snapshot will likely still fit into the group. */
  readonly fits: boolean
}

/** A fill at a time in seconds. */
export interface Look extends Fill {
  readonly at: number
}

/**
 * Seconds until a group is full if it continues to grow as over these readings, oldest first; Infinity if it does not
 * grow.
 */
export function secondsUntilFull(looks: readonly Look[]): number {
  const [first, last] = [looks[0], looks.at(-1)]
  if (first === undefined || last === undefined || last.used <= first.used || first.group !== last.group) {
    return Number.POSITIVE_INFINITY
  }
  return ((last.limit - last.used) * (last.at - first.at)) / (last.used - first.used)
}

const LATEST = 0.8
/** Earlier, a heap shows little of the growth. */
export const EARLIEST = 0.5

/**
 * The last moment at which a capture by fork will likely still fit, if a heap grows until its control group is full.
 * The child counts in the group, too, unless it can be moved to our group with room `elsewhere`: then only the pages
 * that the process writes to meanwhile do. At 80 % at the latest, since memory may grow fast; at half at the earliest,
 * since before that a heap shows little. If the child does not fit then, the kernel kills the child.
 */
export function lastMoment({ used, limit }: Fill, heapUsed: number, elsewhere?: FreeMemory): Moment {
  if (fits(LATEST)) return { at: LATEST, fits: true }
  if (!fits(EARLIEST)) return { at: EARLIEST, fits: false }
  let [early, late] = [EARLIEST, LATEST]
  while (late - early > 0.01) {
    const middle = (early + late) / 2
    if (fits(middle)) early = middle
    else late = middle
  }
  return { at: Math.floor(early * 100) / 100, fits: true }

  function fits(share: number): boolean {
    const grown = Math.max(0, share * limit - used)
    const cost = captureCost('fork', { heapUsed: heapUsed + grown, rss: used + grown })
    const [built, keptTwice] = [cost.childMemory.likely - cost.keptTwice.likely, cost.keptTwice.likely]
    const left = limit - Math.max(used, share * limit)
    return built + keptTwice <= left || (elsewhere !== undefined && built <= elsewhere.bytes && keptTwice <= left)
  }
}
