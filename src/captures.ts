import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from './live/attach.js'
import type { Canary } from './live/canary.js'
import { capture } from './live/capture/inspector.js'
import { collectGarbage } from './live/collect.js'
import { builtin, evaluate } from './live/evaluate.js'
import { scripts } from './live/scripts.js'
import { type OriginFile, writeOrigin } from './origin.js'
import { writePrivately } from './private-file.js'
import type { Task } from './task.js'

/** What a capture did to the target, for people. */
export interface Cost {
  readonly seconds: number
  readonly rssBefore: number
  readonly rssAfter: number
  /** What people should know of it besides. */
  readonly warnings: readonly string[]
}

/** Captures of one target, one after the other, in one unbroken inspector session as long as it stays unbroken. */
export interface Captures {
  /** Writes a snapshot to `path`, or under a new name in the folder; gives its path. Errors: CAPTURE, TARGET_GONE, TIMEOUT. */
  take(task: Task, options?: { path?: string; force?: boolean }): Promise<{ path: string; cost: Cost }>
}

/**
 * Garbage is collected first, the target is let go before anything is computed, and each snapshot is named by the session whose
 * object ids it carries. When the canary says that ids were handed out anew (another inspector session of the target closed), the
 * next snapshot gets a new session name, so that its ids are never compared with older ones.
 */
export function capturesOf(target: Target, canary: Canary, folder: string): Captures {
  let session = target.session
  let about: About | undefined
  const renameAfterReset = async (): Promise<void> => {
    if (!(await canary.holds())) session = randomUUID()
  }

  return {
    async take(task, { path = join(folder, snapshotName(target.pid)), force = false } = {}) {
      await collectGarbage(target, task)
      await renameAfterReset()
      const { seconds, rssBefore, rssAfter, warnings } = await capture(target, { path, task, force })
      const before = session
      await renameAfterReset()
      const named = session
      // Reset while it was taken: whether its ids are of the old or the new numbering is not known, so it shares a name with none.
      if (named !== before) session = randomUUID()
      about ??= await evaluate<About>(target, ABOUT)
      writeOrigin(path, {
        version: 1,
        pid: target.pid,
        nodeVersion: target.nodeVersion,
        capturedAt: new Date().toISOString(),
        session: named,
        startedAt: about.startedAt,
        cwd: about.cwd,
        // Asked anew each time: a program goes on loading scripts.
        scripts: await scripts(target),
      })
      keepOutOfGit(folder)
      return { path, cost: { seconds, rssBefore, rssAfter, warnings } }
    },
  }
}

type About = Pick<OriginFile, 'cwd' | 'startedAt'>

// The folder a program works in may have been removed.
const ABOUT = `(() => {
  let cwd = null
  try { cwd = process.cwd() } catch {}
  return { cwd, startedAt: ${builtin('perf_hooks')}.performance.timeOrigin }
})()`

// Names sort by time: `2026-11-22T17-31-05.123-pid4121.heapsnapshot`.
function snapshotName(pid: number | null): string {
  const time = new Date().toISOString().replaceAll(':', '-').replace('Z', '')
  return `${time}-${pid === null ? 'remote' : `pid${pid}`}.heapsnapshot`
}

// Snapshots are full of the program's strings: they are not to be committed by accident.
function keepOutOfGit(folder: string): void {
  const ignore = join(folder, '.gitignore')
  if (existsSync(folder) && !existsSync(ignore)) writePrivately(ignore, '*\n')
}
