import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LeakscopeError } from '../../errors.js'
import { injectedCall } from '../injected.js'
import { freeMemory } from '../linux/memory-limits.js'
import { ownGroupFor } from '../linux/own-group.js'
import { heldBytes } from '../linux/resident.js'
import { v8Memory } from '../memory.js'
import { evaluate } from '../protocol/evaluate.js'
import { number } from '../protocol/schema.js'
import type { Target } from '../target.js'
import { type Assessment, assess, type Room } from './assessment.js'
import { type CaptureMethod, captureCost, type ExpectedCost, type HeapBefore } from './estimate.js'

/** A capture method with its expected cost and its assessment. */
export interface Prospect {
  readonly way: CaptureMethod
  readonly cost: ExpectedCost
  readonly room: Room
  readonly assessment: Assessment
}

/**
 * The cost and assessment of capturing a target to `path` with each of these methods, in the given order. Reads only
 * the used heap from the target. Errors: those of `evaluate`.
 */
export async function prospects(
  target: Target,
  path: string | undefined,
  ways: readonly CaptureMethod[],
): Promise<Prospect[]> {
  const heap: HeapBefore = { ...(await heapOf(target)), nodeVersion: target.nodeVersion }
  const room: Room = { ...(await memoryFor(target)), disk: path === undefined ? undefined : await freeDisk(path) }
  return ways.map(way => prospect(way, heap, room))
}

// For a local process, the kernel's numbers are more reliable.
async function heapOf(target: Target): Promise<Pick<HeapBefore, 'heapUsed' | 'rss'>> {
  const { heapUsed, rss } = await v8Memory(target)
  const held = target.pid === null || process.platform !== 'linux' ? undefined : heldBytes(target.pid)
  return held === undefined ? { heapUsed, rss } : { heapUsed: Math.min(heapUsed, held), rss: Math.min(rss, held) }
}

/** The prospect of one method. */
export function prospect(way: CaptureMethod, heap: HeapBefore, room: Room): Prospect {
  const cost = captureCost(way, heap)
  return { way, cost, room, assessment: assess(way, cost, room) }
}

/**
 * Refuses a capture that would likely kill the target or fill the disk, and returns warnings about one that might. With
 * `force`, refusals become warnings. Errors: CAPTURE.
 */
export function guard({ assessment }: Pick<Prospect, 'assessment'>, force = false): string[] {
  for (const { verdict, message, hint } of assessment.reasons) {
    if (verdict === 'refused' && !force) throw new LeakscopeError('CAPTURE', message, { hint })
  }
  return assessment.reasons.map(({ message }) => message)
}

/** The memory that a local process and its forked child may still use. */
export function memoryOf(pid: number): Pick<Room, 'memory' | 'ownGroup'> {
  return { memory: freeMemory(pid), ownGroup: ownGroupFor(pid) }
}

// For a remote process, only Node.js itself knows.
async function memoryFor(target: Target): Promise<Pick<Room, 'memory' | 'ownGroup'>> {
  if (target.pid !== null && process.platform === 'linux') return memoryOf(target.pid)
  const bytes = await evaluate(target, injectedCall('available-memory', 'availableMemory'), {
    value: number(0, 2 ** 64),
  })
  return { memory: { bytes, swap: 0, bound: 'machine', whenPassed: 'ends one' }, ownGroup: undefined }
}

/** Free bytes on the disk of `path`, whose folder may not exist yet. `undefined` if unknown. */
export async function freeDisk(path: string): Promise<number | undefined> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize
    } catch {
      if (folder === dirname(folder)) return undefined
    }
  }
}
