import type { Heap } from '../../analysis/heap.js'
import { noPeak, type PeakStats } from '../../analysis/index.js'
import { LeakscopeError } from '../../errors.js'
import { type Captures, type Cost, capturesOf, openHeap } from '../../heaps.js'
import type { Target } from '../../live/attach.js'
import { canary } from '../../live/canary.js'
import type { Task } from '../../task.js'

/** What a session remembers: the heap questions are asked of, the heaps taken so far, the mark, and the highest counts seen. */
export interface SessionState {
  readonly target: Target
  /** Paths of the snapshots of this session, oldest first. */
  readonly taken: readonly string[]
  /** The highest counts seen, for `growth`. */
  peak: PeakStats
  /** The snapshot that `mark` took. */
  mark: string | undefined
  /** Captures the heap anew; it becomes the current one. Errors: TARGET_GONE and those of capturing. */
  capture(task: Task, options?: { path?: string; force?: boolean }): Promise<{ path: string; cost: Cost }>
  /** The current heap, captured first if there is none. */
  heap(task: Task): Promise<Heap>
}

/** The state of a session with `target`; snapshots that name no path go to `folder`. */
export async function sessionState(target: Target, folder: string): Promise<SessionState> {
  const captures: Captures = capturesOf(target, await canary(target), folder)
  let gone = false
  void target.closed.then(() => {
    gone = true
  })
  const taken: string[] = []
  let read: Heap | undefined

  const state: SessionState = {
    target,
    taken,
    peak: noPeak,
    mark: undefined,
    async capture(task, options) {
      if (gone) {
        throw new LeakscopeError('TARGET_GONE', 'the target has gone, so its heap can no longer be captured', {
          hint: taken.length > 0 ? 'Go on asking the last heap, or leave with `exit`.' : 'Leave with `exit`.',
        })
      }
      const done = await captures.take(task, options)
      taken.push(done.path)
      read = undefined
      return done
    },
    async heap(task) {
      if (taken.length === 0) await state.capture(task)
      read ??= await openHeap(taken.at(-1)!, task)
      return read
    },
  }
  return state
}
