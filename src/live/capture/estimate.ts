/** A way of capturing a heap: `memory` and `fork` in a forked child, of which the first reads its memory and the second has V8 write. */
export type CaptureMethod = 'memory' | 'fork' | 'inspector' | 'file'

/** Whether a forked child captures, and not the process itself. */
export const inChild = (way: CaptureMethod): boolean => way === 'memory' || way === 'fork'

/** A likely and a worst figure. */
export interface Range {
  readonly likely: number
  readonly worst: number
}

/** What a capture would cost; bytes and seconds. */
export interface ExpectedCost {
  /** How long the program stands still. */
  readonly standstill: Range
  /** Memory the target itself needs on top. It stays with the process for long, if not for good. */
  readonly targetMemory: Range
  /** Memory that a forked child needs until the file is written, counted where the target's is; 0 without a child. */
  readonly childMemory: Range
  /**
   * The part of it that is counted where the target is even when the child is put elsewhere: pages that the target writes to
   * meanwhile, which then are there twice.
   */
  readonly keptTwice: Range
  /** The file on the disk. */
  readonly fileSize: Range
}

/** What is known of a heap before it is captured. */
export interface HeapBefore {
  readonly heapUsed: number
  /** Resident memory of the process. */
  readonly rss: number
  /** `v22.23.3`; where it is not known, one as quick as those of today is taken. */
  readonly nodeVersion?: string | undefined
}

/**
 * Estimates what a capture costs, by the used heap: V8 does not tell the number of objects, by which it could be known well.
 *
 * Measured on Node.js 18 to 26 with heaps of 4 MB to 1.7 GB. V8 builds a graph of its own outside the heap, 290 to 470 bytes a node
 * in most heaps and more in one of very small objects: 33 to 54 MB for an idle process, 5 to 7.6 times the heap for the usual mix of
 * objects, and 13 to 28 times for very small ones. Whether the process does so or its fork, the
 * memory is the same; only whose it is differs.
 */
export function captureCost(way: CaptureMethod, { heapUsed, rss, nodeVersion }: HeapBefore): ExpectedCost {
  const graph = graphMemory(heapUsed)
  // The file: 1.3 to 1.45 bytes a byte of heap, up to 2 for very small objects.
  const fileSize: Range = { likely: 2 * MB + heapUsed * 1.5, worst: 2 * MB + heapUsed * 2.1 }
  if (inChild(way)) {
    // Some pages as a rule, all of them at worst. Who reads memory is there for a second or two a gigabyte, V8 for a minute.
    const keptTwice: Range =
      way === 'memory' ? { likely: rss * 0.03, worst: rss * 0.3 } : { likely: rss * 0.1, worst: rss }
    const needed = way === 'memory' ? walkMemory(heapUsed) : graph
    return {
      // 2 to 7 ms at 60 MB and 30 at 354; on a machine that was busy with other work 139 ms at 243 MB.
      standstill: { likely: 0.003 + (rss / MB) * 0.0001, worst: 0.05 + (rss / MB) * 0.0006 },
      targetMemory: { likely: 0, worst: rss * 0.05 },
      childMemory: { likely: needed.likely + keptTwice.likely, worst: needed.worst + keptTwice.worst },
      keptTwice,
      fileSize,
    }
  }
  // Seconds a MB of heap, from a fast machine to a busy one with very small objects. Before Node.js 20, strings that differ in a
  // number at their end collide in V8's table of names (nodejs/node#34826).
  const slowest = nodeVersion?.startsWith('v18.') ? 1 : 0.45
  // Written by the target itself, the heap need not pass a socket: 15 to 40 % less.
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

/** What V8 needs for the graph of a heap of so many bytes while it writes a snapshot, whoever's that memory is. */
export function graphMemory(heapUsed: number): Range {
  return { likely: 40 * MB + 7 * heapUsed, worst: 150 * MB + 28 * heapUsed }
}

/** What is needed to walk a heap: marks and numbers 2 %, a stack of 1.6 %, and some megabytes at the least. */
function walkMemory(heapUsed: number): Range {
  return { likely: 8 * MB + 0.04 * heapUsed, worst: 24 * MB + 0.08 * heapUsed }
}

/**
 * Bytes that a snapshot can have at the very most: the heap may grow several times while it is captured, and a string of control characters
 * takes six times its size. Who sends more sends no snapshot.
 */
export function longestSnapshot({ fileSize }: Pick<ExpectedCost, 'fileSize'>): number {
  return 256 * MB + 8 * fileSize.worst
}

/** Seconds for which a target may be waited for that sends a snapshot itself: far beyond the worst that was ever seen. */
export function longestStandstill({ standstill }: Pick<ExpectedCost, 'standstill'>): number {
  return Math.ceil(600 + 10 * standstill.worst)
}

const MB = 2 ** 20
const NONE: Range = { likely: 0, worst: 0 }
