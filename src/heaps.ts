import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Heap, Origin } from './analysis/heap.js'
import type { Target } from './live/attach.js'
import type { Canary } from './live/canary.js'
import { capture } from './live/capture/inspector.js'
import { collectGarbage } from './live/collect.js'
import { evaluate } from './live/evaluate.js'
import { scripts } from './live/scripts.js'
import { writePrivately } from './private-file.js'
import { openSnapshot } from './snapshot/open.js'
import { noPlaces } from './sources/places.js'
import { placesOf, type Script } from './sources/scripts.js'
import type { Task } from './task.js'

/** What is kept beside a snapshot, in `<snapshot>.origin.json`: where it came from, and which scripts its functions are from. */
interface OriginFile {
  readonly version: 1
  readonly pid: number | null
  readonly nodeVersion: string
  readonly capturedAt: string
  readonly session: string
  /** The folder the target worked in: places are shown relative to it. */
  readonly cwd: string | null
  readonly scripts: readonly Script[]
}

/** What a capture did to the target, for people. */
export interface Cost {
  readonly seconds: number
  readonly rssBefore: number
  readonly rssAfter: number
  /** What people should know of it besides. */
  readonly warnings: readonly string[]
}

/** Where what is known of a snapshot is kept. */
export const originPath = (snapshot: string): string => `${snapshot}.origin.json`

/**
 * Reads a heap snapshot (`.heapsnapshot`, gzipped or not, `-` for `stdin`) with what is known of its origin.
 * Errors: NOT_FOUND, BAD_SNAPSHOT.
 */
export async function openHeap(path: string, task: Task, stdin?: AsyncIterable<Uint8Array>): Promise<Heap> {
  const { graph, bytes } = await openSnapshot(path, task, stdin)
  const file = path === '-' ? undefined : readOrigin(path)
  const origin: Origin = {
    path: path === '-' ? null : path,
    pid: file?.pid ?? null,
    nodeVersion: file?.nodeVersion ?? null,
    capturedAt: file?.capturedAt ?? null,
    session: file?.session ?? null,
  }
  return { graph, origin, bytes, places: file === undefined ? noPlaces : placesOf(file.scripts, file.cwd ?? undefined) }
}

/** What is known of a snapshot's origin without reading the snapshot; `undefined` where nothing was kept beside it. */
export function readOrigin(snapshot: string): OriginFile | undefined {
  const beside = [snapshot, snapshot.replace(/\.gz$/, '')].map(originPath).find(existsSync)
  if (beside === undefined) return undefined
  try {
    const file = JSON.parse(readFileSync(beside, 'utf8')) as OriginFile
    return file.version === 1 ? file : undefined
  } catch {
    return undefined
  }
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
  let cwd: string | undefined
  const renameAfterReset = async (): Promise<void> => {
    if (!(await canary.holds())) session = randomUUID()
  }

  return {
    async take(task, { path = join(folder, snapshotName(target.pid)), force = false } = {}) {
      await collectGarbage(target, task)
      await renameAfterReset()
      const { seconds, rssBefore, rssAfter, warnings } = await capture(target, { path, task, force })
      await renameAfterReset()
      cwd ??= await evaluate<string>(target, 'process.cwd()')
      writeOrigin(path, {
        version: 1,
        pid: target.pid,
        nodeVersion: target.nodeVersion,
        capturedAt: new Date().toISOString(),
        session,
        cwd,
        // Asked anew each time: a program goes on loading scripts.
        scripts: await scripts(target),
      })
      return { path, cost: { seconds, rssBefore, rssAfter, warnings } }
    },
  }
}

// Names sort by time: `2026-11-22T17-31-05.123-pid4121.heapsnapshot`.
function snapshotName(pid: number | null): string {
  const time = new Date().toISOString().replaceAll(':', '-').replace('Z', '')
  return `${time}-${pid === null ? 'remote' : `pid${pid}`}.heapsnapshot`
}

function writeOrigin(snapshot: string, origin: OriginFile): void {
  writePrivately(
    originPath(snapshot),
    `${JSON.stringify(origin)}
`,
  )
}
