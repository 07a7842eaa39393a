import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LeakscopeError } from '../../errors.js'
import { builtin, evaluate } from '../evaluate.js'
import { freeMemory } from '../linux/memory-limits.js'
import { v8Memory } from '../memory.js'
import type { Target } from '../target.js'

/** What a capture by the inspector would cost a target and what there is to pay with; bytes and seconds. */
export interface Estimate {
  readonly heapUsed: number
  /** Memory the target will need on top: a likely and a worst figure. It stays with the process for long, if not for good. */
  readonly extraMemory: { readonly likely: number; readonly worst: number }
  readonly freeMemory: number | undefined
  readonly freeMemoryBound: 'machine' | 'cgroup' | undefined
  readonly fileSize: { readonly likely: number; readonly worst: number }
  readonly freeDisk: number | undefined
  /** How long the program will stand still. */
  readonly pause: { readonly shortest: number; readonly longest: number }
}

// Measured on Node.js 18 to 26 with heaps of 4 MB to 1.7 GB. V8 builds a graph of its own outside the heap, 290 to 470 bytes a node in a
// large heap and up to 800 in a small one: 33 to 54 MB for an idle process, 5 to 7.6 times the heap for the usual mix of objects, and
// 13 to 26 times for very small ones, the more the smaller the heap.
const likelyMemory = (heap: number): number => 40 * 2 ** 20 + 7 * heap
const worstMemory = (heap: number): number => 150 * 2 ** 20 + 21 * heap
// The file: 1.3 to 1.45 bytes a byte of heap, up to 2 for very small objects.
const FILE_LIKELY = 1.5
const FILE_WORST = 2.1
// Seconds a MB of heap, from a fast machine to a busy one with very small objects.
const PAUSE_SHORTEST = 0.015
const PAUSE_LONGEST = 0.25
// Before Node.js 20, strings that differ in a number at their end collide in V8's table of names (nodejs/node#34826).
const PAUSE_LONGEST_18 = 1

/** Estimates a capture to `path` from the used heap: an estimate, as V8 does not tell the number of objects. Nothing is changed. */
export async function estimate(target: Target, path: string): Promise<Estimate> {
  const { heapUsed } = await v8Memory(target)
  const free = await memoryFor(target)
  return {
    heapUsed,
    extraMemory: { likely: likelyMemory(heapUsed), worst: worstMemory(heapUsed) },
    freeMemory: free?.bytes,
    freeMemoryBound: free?.bound,
    fileSize: { likely: heapUsed * FILE_LIKELY, worst: heapUsed * FILE_WORST },
    freeDisk: await freeDisk(path),
    pause: {
      shortest: (heapUsed / 2 ** 20) * PAUSE_SHORTEST,
      longest: (heapUsed / 2 ** 20) * (target.nodeVersion.startsWith('v18.') ? PAUSE_LONGEST_18 : PAUSE_LONGEST),
    },
  }
}

/**
 * Refuses a capture that would likely take the target down or fill the disk, and gives warnings about one that only might.
 * With `force` every refusal is a warning. Errors: CAPTURE.
 */
export function guard(estimate: Estimate, force = false): string[] {
  const { extraMemory, freeMemory: memory, fileSize, freeDisk: disk, freeMemoryBound } = estimate
  const where = freeMemoryBound === 'cgroup' ? 'its control group (container) leaves it' : 'the machine has'
  const warnings: string[] = []

  const refuse = (message: string, hint: string): void => {
    if (!force) throw new LeakscopeError('CAPTURE', message, { hint })
    warnings.push(message)
  }
  if (memory === undefined) {
    warnings.push(`a capture may need ${mb(extraMemory.likely)} more memory; how much there is could not be read`)
  } else if (extraMemory.likely > memory) {
    refuse(
      `a capture would likely need ${mb(extraMemory.likely)} more memory, ${where} ${mb(memory)}: the process could be killed`,
      'Give it more memory, choose an instance with a smaller heap, or take the risk with --force.',
    )
  } else if (extraMemory.worst > memory) {
    warnings.push(`a capture could need up to ${mb(extraMemory.worst)} more memory, ${where} ${mb(memory)}`)
  }
  if (disk !== undefined && fileSize.likely > disk) {
    refuse(
      `the snapshot would take about ${mb(fileSize.likely)} on a disk with ${mb(disk)} free`,
      'Name a file on a larger disk with -o, or try with --force.',
    )
  }
  return warnings
}

// Of a process elsewhere only Node.js itself can tell; `availableMemory` knows of containers and is there from Node.js 20.
async function memoryFor(target: Target): Promise<{ bytes: number; bound: 'machine' | 'cgroup' } | undefined> {
  if (target.pid !== null && process.platform === 'linux') return freeMemory(target.pid)
  const bytes = await evaluate<number>(target, `process.availableMemory?.() ?? ${builtin('os')}.freemem()`)
  return { bytes, bound: 'machine' }
}

// The folder may not be there yet: then the disk is that of the nearest one which is.
async function freeDisk(path: string): Promise<number | undefined> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    } catch {
      if (folder === dirname(folder)) return undefined
    }
  }
}

// Whole megabytes: an estimate has no tenths.
function mb(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`
}
