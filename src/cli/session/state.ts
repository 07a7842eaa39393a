import { type Captures, capturesOf, type TakeOptions } from '../../acquire/captures.js'
import { openHeap } from '../../acquire/open-heap.js'
import { LeakscopeError } from '../../errors.js'
import { edgeTypeNumber, type HeapGraph } from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'
import { types } from '../../graph/types.js'
import type { Heap } from '../../heap/heap.js'
import type { KnownIds } from '../../heap/known-ids.js'
import type { Target } from '../../live/attach/attach.js'
import { canary } from '../../live/canary.js'
import { inChild } from '../../live/capture/estimate.js'
import { liveNames } from '../../live/live-value.js'
import { noPeak, type PeakStats } from '../../questions/growth.js'
import type { Report, Section } from '../../report/report.js'
import type { Recorded } from '../allocation-run.js'
import { writeNotes } from '../answer.js'
import { type CaptureFacts, captureFacts } from '../capture-facts.js'
import type { CaptureChoice } from '../capture-option.js'
import { costNotes } from '../cost-notes.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import type { ShownTask } from '../progress.js'
import type { Offered } from './completion.js'

/** The state of a session: the current heap, the heaps captured so far, the mark, and the highest counts seen. */
export interface SessionState {
  readonly target: Target
  /** Paths of the snapshots of this session, oldest first. */
  readonly taken: readonly string[]
  /** The costs of this session's captures to the target, oldest first. */
  readonly costs: readonly CaptureFacts[]
  /** The highest counts seen, for `growth`: by type, and by type with its file (`--qualified`). */
  readonly peaks: { bare: PeakStats; qualified: PeakStats }
  /** What Tab offers: types of the heap read last, ids of the answers so far. */
  readonly offered: Offered
  /** Remembers the ids of an answer, for Tab. */
  shown(report: Report): void
  offer(ids: readonly unknown[]): void
  /** The snapshot of `mark`. */
  mark: string | undefined
  /** The default capture method of the verbs. */
  readonly way: CaptureChoice
  /** Ends the recording of `allocations start` and returns it; `undefined` if nothing is being sampled. */
  stopRecording: ((task: ShownTask) => Promise<Recorded>) | undefined
  /** The ids of the objects at the mark. */
  marked: KnownIds | undefined
  /** The heap of the mark, if it was read from memory: objects of later heaps are matched with its objects. */
  markedHeap: Heap | undefined
  /**
   * Captures the heap, which becomes the current one, and returns its path. Prints the cost to the target, unless
   * `quiet`. Errors: TARGET_GONE and those of capturing.
   */
  capture(task: ShownTask, options?: CaptureOptions): Promise<string>
  /**
   * The current heap. Captures one if there is none, or if the question needs the target's own ids (`idsFor`) and the
   * current heap lacks them.
   */
  heap(task: ShownTask, options?: Pick<CaptureOptions, 'quiet' | 'idsFor'>): Promise<Heap>
  /** When the current heap was captured (ISO 8601); `undefined` before the first. */
  readonly capturedAt: string | undefined
  /**
   * Whether ids of the current heap (captured first if there is none) are valid in the target: not if a forked child
   * was read. Errors: NOT_FOUND if V8 has reassigned ids since, those of capturing.
   */
  idsHold(task: ShownTask): Promise<boolean>
}

interface CaptureOptions {
  readonly path?: string
  readonly force?: boolean
  readonly way?: CaptureChoice | undefined
  readonly idsFor?: string | undefined
  readonly matching?: NonNullable<TakeOptions['matching']>
  readonly quiet?: boolean
}

/** The state of a session with `target`. */
export async function sessionState(target: Target, way: CaptureChoice, io: Io): Promise<SessionState> {
  const captures: Captures = capturesOf(target, await canary(target), snapshotFolder(io), way)
  let gone = false
  void target.closed.then(() => {
    gone = true
  })
  const taken: string[] = []
  const costs: CaptureFacts[] = []
  let capturedAt: string | undefined
  let byFork = false
  let read: Heap | undefined
  const ids = new Set<string>()

  const state: SessionState = {
    target,
    taken,
    costs,
    peaks: { bare: noPeak, qualified: noPeak },
    mark: undefined,
    way,
    stopRecording: undefined,
    marked: undefined,
    markedHeap: undefined,
    offered: {
      types: () => (read === undefined ? [] : types(read.graph).names),
      get ids() {
        return [...ids]
      },
      properties: () => (read === undefined ? [] : propertyNames(read.graph)),
      names: expression => liveNames(target, expression),
    },
    get capturedAt() {
      return capturedAt
    },
    shown: ({ sections }) => state.offer(sections.flatMap(idsOf)),
    offer(found) {
      for (const id of found) ids.add(`@${id}`)
    },
    async capture(task, { quiet = false, ...options } = {}) {
      if (gone) {
        throw new LeakscopeError('TARGET_GONE', 'the target has ended, so its heap cannot be captured', {
          hint: taken.length > 0 ? 'Ask questions of the last heap, or leave with `exit`.' : 'Leave with `exit`.',
        })
      }
      // Later captures are matched with the mark, unless the question needs the target's own ids.
      const { markedHeap: before } = state
      const matching = options.idsFor === undefined && before !== undefined ? { matching: { before } } : {}
      const { path, cost, heap } = await captures.take(task, { ...matching, ...options })
      // A file that was overwritten is no longer an earlier heap.
      if (taken.includes(path)) taken.splice(taken.indexOf(path), 1)
      if (state.mark === path) state.mark = undefined
      byFork = inChild(cost.way)
      taken.push(path)
      costs.push(captureFacts(path, cost, target))
      capturedAt = new Date().toISOString()
      // A heap read from memory is kept, since its file contains less.
      read = heap
      task.clear()
      if (!quiet) writeNotes(costNotes(path, cost, io), io)
      return path
    },
    async heap(task, options) {
      const useless = options?.idsFor !== undefined && !(await captures.idsHold())
      if (taken.length === 0 || useless) await state.capture(task, options)
      read ??= await openHeap(taken.at(-1)!, task)
      return read
    },
    async idsHold(task) {
      if (taken.length === 0) await state.capture(task)
      if (byFork) return false
      if (await captures.idsHold()) return true
      throw new LeakscopeError('NOT_FOUND', 'V8 has reassigned object ids since the last heap was captured', {
        hint: 'An inspector session of another tool has ended. Capture again with `snapshot`, and find the objects there.',
      })
    },
  }
  return state
}

function idsOf(section: Section): unknown[] {
  switch (section.shape) {
    case 'table': {
      const keys = section.columns.filter(({ unit }) => unit === 'id').map(({ key }) => key)
      return section.rows.flatMap(row => keys.flatMap(key => row[key] ?? []))
    }
    case 'drawing':
      return section.nodes.filter(({ role }) => role !== 'more').map(({ id }) => id)
    case 'path':
      return section.steps.map(({ id }) => id)
    case 'series':
      return []
  }
}

/** The distinct names of all properties in a heap. One pass over the edges. */
const propertyNames: (graph: HeapGraph) => readonly string[] = memo(({ edgeCount, edgeType, edgeName, strings }) => {
  const property = edgeTypeNumber('property')
  const seen = new Uint8Array(strings.length)
  for (let edge = 0; edge < edgeCount; edge++) if (edgeType[edge] === property) seen[edgeName[edge]!] = 1
  const names: string[] = []
  for (let name = 0; name < seen.length; name++) if (seen[name] === 1) names.push(strings.at(name))
  return names
})
