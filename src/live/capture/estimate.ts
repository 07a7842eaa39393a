/**
 * A capture method. `memory` and `fork` use a forked child: with the first it reads its own memory, with the second V8
 * writes.
 */
export type CaptureMethod = 'memory' | 'fork' | 'inspector' | 'file'

/** Whether a forked child captures, not the process itself. */
export const inChild = (way: CaptureMethod): boolean => way === 'memory' || way === 'fork'

/** A likely and a worst figure. */
export interface Range {
  readonly likely: number
  readonly worst: number
}

/** The expected cost of a capture, in bytes and seconds. */
export interface ExpectedCost {
  /** How long the program is paused. */
  readonly standstill: Range
  /** Additional memory in the target itself, which the process keeps for long, if not forever. */
  readonly targetMemory: Range
  /** Memory that a forked child needs until the file is written, counted in the target's group; 0 without a child. */
  readonly childMemory: Range
  /**
   * The part of it that counts in the target's group even if the child is moved elsewhere: pages that the target writes
   * to meanwhile, which are then copied.
   */
  readonly keptTwice: Range
  /** The size of the file. */
  readonly fileSize: Range
}

/** The known facts of a heap before its capture. */
export interface HeapBefore {
  readonly heapUsed: number
  /** Resident memory of the process. */
  readonly rss: number
  /** `v22.23.3`; if unknown, a current version is assumed. */
  readonly nodeVersion?: string | undefined
}

/**
 * Estimates the cost of a capture from the used heap, since V8 does not report the number of objects, which would be a
 * better basis.
 *
 * Measured on Node.js 18 to 26 with heaps of 4 MB to 1.7 GB. V8 builds a graph outside the heap, with 290 to 470 bytes
 * per node in most heaps and more with very small objects: 33 to 54 MB for an idle process, 5 to 7.6 times the heap for
 * the usual mix of objects, and 13 to 28 times for very small ones. The amount is the same in the process and in a
 * forked child.
 */
export function captureCost(way: CaptureMethod, { heapUsed, rss, nodeVersion }: HeapBefore): ExpectedCost {
  const graph = graphMemory(heapUsed)
  // The file: 1.3 to 1.45 bytes per byte of heap, up to 2 for very small objects.
  const fileSize: Range = { likely: 2 * MB + heapUsed * 1.5, worst: 2 * MB + heapUsed * 2.1 }
  if (inChild(way)) {
    // Usually some pages, at worst all. Reading memory takes a second or two per gigabyte, V8's writer a minute.
    const keptTwice: Range =
      way === 'memory' ? { likely: rss * 0.03, worst: rss * 0.3 } : { likely: rss * 0.1, worst: rss }
    const needed = way === 'memory' ? walkMemory(heapUsed) : graph
    return {
      // 2 to 7 ms at 60 MB and 30 ms at 354 MB; on a busy machine 139 ms at 243 MB.
      standstill: { likely: 0.003 + (rss / MB) * 0.0001, worst: 0.05 + (rss / MB) * 0.0006 },
      targetMemory: { likely: 0, worst: rss * 0.05 },
      childMemory: { likely: needed.likely + keptTwice.likely, worst: needed.worst + keptTwice.worst },
      keptTwice,
      fileSize,
    }
  }
  // Seconds per MB of heap, from a fast machine to a busy one with very small objects. Before Node.js 20, strings that
  // differ in a trailing number collide in V8's table of names (nodejs/node#34826).
  const slowest = nodeVersion?.startsWith('v18.') ? 1 : 0.45
  // Written by the target itself, without a socket: 15 to 40 % less.
  const share = way === 'file' ? 0.75 : 1
  return {
    standstill: {
      likely: share * (0.3 + (heapUsed / MB) * 0.07),
      worst: share * (1 + (heapUsed / MB) * slowest),
    },
    targetMemory: graph,
    childMemory: NONE,
    keptTwice: NONE,
    fileSize,
  }
}

/** The memory of V8's graph while it writes a snapshot of a heap of that size. */
export function graphMemory(heapUsed: number): Range {
  return { likely: 40 * MB + 7 * heapUsed, worst: 150 * MB + 28 * heapUsed }
}

/** The memory to walk a heap: marks and numbers 2 %, a stack of 1.6 %, and some megabytes at least. */
function walkMemory(heapUsed: number): Range {
  return { likely: 8 * MB + 0.04 * heapUsed, worst: 24 * MB + 0.08 * heapUsed }
}

/**
 * An upper bound for the bytes of a snapshot: the heap may grow several times during the capture, and escaped control
 * characters take six times their size.
 */
export function longestSnapshot({ fileSize }: Pick<ExpectedCost, 'fileSize'>): number {
  return 256 * MB + 8 * fileSize.worst
}

/** An upper bound for the seconds that a target may take to send a snapshot itself: far beyond the worst measured. */
export function longestStandstill({ standstill }: Pick<ExpectedCost, 'standstill'>): number {
  return Math.ceil(600 + 10 * standstill.worst)
}

const MB = 2 ** 20
const NONE: Range = { likely: 0, worst: 0 }
