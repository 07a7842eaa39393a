import { LeakscopeError } from '../../errors.js'
import type { Target } from '../target.js'
import { anything, cutText, digits, integer, list, number, object, type Schema } from './schema.js'

/** The source position of a call; lines and columns count from 0, as in V8. */
export interface Frame {
  readonly functionName: string
  readonly url: string
  readonly scriptId: number
  readonly line: number
  readonly column: number
}

/** Memory allocated at one place and still alive. */
export interface LiveAllocation {
  readonly bytes: number
  /**
   * The allocating function first, then its callers. Allocations of inlined functions are counted for their caller.
   */
  readonly stack: readonly Frame[]
}

/** Default average number of bytes between two samples. */
export const defaultInterval = 32_768

/**
 * Starts V8's sampling heap profiler: about one allocation per `interval` bytes is recorded with its stack, and dropped
 * when it is collected. Cheap enough for production (no measurable slow-down at this interval); earlier allocations are
 * not seen.
 */
export async function startSampling(target: Target, interval: number = defaultInterval): Promise<void> {
  await target.send('HeapProfiler.startSampling', { samplingInterval: interval })
}

/**
 * Stops sampling and returns what was allocated meanwhile and is still alive. Collects garbage first, which stops the
 * program for about 1 s per GB. Errors: NOT_FOUND when sampling is not running (any more).
 */
export async function stopSampling(target: Target): Promise<LiveAllocation[]> {
  try {
    const { profile } = await target.send(
      'HeapProfiler.stopSampling',
      {},
      { answer: object({ profile: samplingProfile }) },
    )
    return liveAllocations(profile)
  } catch (error) {
    // A process has one such profiler for all of its inspector sessions: when another one stops it or ends, ours stops too.
    if (!(error instanceof Error) || !/sampling heap profiler was not started/i.test(error.message)) throw error
    throw new LeakscopeError('NOT_FOUND', `allocations of process ${target.pid ?? target.url} are not being sampled`, {
      hint: 'Start it again; another debugger of that process may have stopped it.',
      cause: error,
    })
  }
}

/**
 * Stops sampling, if it is running, without a profile: no garbage is collected. V8 may assign object ids again
 * afterwards.
 */
export async function dropSampling(target: Target): Promise<void> {
  await target.send('HeapProfiler.disable')
}

/** The live allocations of a sampling profile, largest first; the bytes are V8's estimate from its samples. */
export function liveAllocations(profile: SamplingProfile): LiveAllocation[] {
  const allocations: LiveAllocation[] = []
  // A worklist instead of recursion: the target's stacks may be deeper than ours.
  const pending: { node: ProfileNode; callers: readonly Frame[] }[] = [{ node: profile.head, callers: [] }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, callers } = next
    const stack = node === profile.head ? callers : [frameOf(node), ...callers]
    if (node.selfSize > 0) allocations.push({ bytes: node.selfSize, stack })
    for (const child of node.children) pending.push({ node: child, callers: stack })
  }
  return allocations.sort((a, b) => b.bytes - a.bytes)
}

/** A sampling heap profile in the protocol's form. */
export interface SamplingProfile {
  readonly head: ProfileNode
}

interface ProfileNode {
  readonly callFrame: {
    readonly functionName: string
    readonly url: string
    readonly scriptId: number
    readonly lineNumber: number
    readonly columnNumber: number
  }
  readonly selfSize: number
  readonly children: readonly ProfileNode[]
}

const profileNode: Schema<Omit<ProfileNode, 'children'>> = object({
  callFrame: object({
    functionName: cutText(1000),
    url: cutText(10_000),
    scriptId: digits(),
    lineNumber: integer(-1),
    columnNumber: integer(-1),
  }),
  selfSize: number(0, Number.MAX_SAFE_INTEGER),
})
const childrenOf: Schema<{ readonly children: unknown[] }> = object({ children: list(anything, 1_000_000) })

/** The schema of a profile. Checked without recursion: the tree may be deeper than our stack. */
export const samplingProfile: Schema<SamplingProfile> = value => {
  const tree = (node: unknown): { node: ProfileNode; pending: { from: unknown[]; into: ProfileNode[] } } => {
    const into: ProfileNode[] = []
    return { node: { ...profileNode(node), children: into }, pending: { from: childrenOf(node).children, into } }
  }
  const head = tree(object({ head: anything })(value).head)
  const pending = [head.pending]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const child of next.from) {
      const below = tree(child)
      next.into.push(below.node)
      pending.push(below.pending)
    }
  }
  return { head: head.node }
}

function frameOf({ callFrame }: ProfileNode): Frame {
  const { functionName, url, scriptId, lineNumber, columnNumber } = callFrame
  return { functionName, url, scriptId, line: lineNumber, column: columnNumber }
}
