import { LeakscopeError } from '../errors.js'
import type { Heap } from '../heap/heap.js'
import { pathSteps, retainingPaths } from '../paths/retaining-paths.js'
import { byType, count } from '../questions/count.js'
import { plain } from '../render/plain-text.js'
import { findLeaks, type LeakTestOptions } from './find-leaks.js'
import { leakMessage, pathText } from './message.js'

/** The result of a matcher, for `expect.extend` of Vitest and Jest. */
export interface MatcherResult {
  readonly pass: boolean
  message(): string
}

/** `expect(fn).not.toLeak({ rounds })`: see `findLeaks`. */
export async function toLeak(received: unknown, options?: LeakTestOptions): Promise<MatcherResult> {
  const found = await findLeaks(received as () => unknown, options)
  const pass = found.suspects.length > 0
  return {
    pass,
    message: () => (pass ? leakMessage(found) : 'expected function to leak, but nothing it creates is kept'),
  }
}

/**
 * `expect(heap).toHaveAtMost(3, 'Session')`, for a heap from `openSnapshot` or `ownHeap`. The message shows the
 * retaining path of one object.
 */
export function toHaveAtMost(received: unknown, most: number, type: string): MatcherResult {
  if (!isHeap(received)) {
    throw new LeakscopeError('USAGE', 'toHaveAtMost needs a heap', {
      hint: "For example: expect(await ownHeap()).toHaveAtMost(0, 'Session').",
    })
  }
  const found = count(received, type)
  return {
    pass: found <= most,
    message: () =>
      found <= most
        ? `expected more than ${most} ${plain(type)} in the heap, but there are ${found}`
        : [
            `expected at most ${most} ${plain(type)} in the heap, but there are ${found}`,
            'One of them is retained by',
            '',
            ...pathOfOne(received, type),
          ].join('\n'),
  }
}

const isHeap = (value: unknown): value is Heap =>
  typeof value === 'object' && value !== null && 'graph' in value && 'origin' in value

function pathOfOne(heap: Heap, type: string): string[] {
  const node = byType(heap, type).at(-1)
  const [path] = node === undefined ? [] : retainingPaths(heap.graph, node, 1)
  return path === undefined ? ['  (nothing in the program)'] : pathText(pathSteps(heap, path))
}
