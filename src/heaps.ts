import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Heap, Origin } from './analysis/heap.js'
import type { Target } from './live/attach.js'
import type { Canary } from './live/canary.js'
import { capture } from './live/capture/inspector.js'
import { collectGarbage } from './live/collect.js'
import { builtin, evaluate } from './live/evaluate.js'
import { scripts } from './live/scripts.js'
import { writePrivately } from './private-file.js'
import { openSnapshot } from './snapshot/open.js'
import { noPlaces } from './sources/places.js'
import { placesOf, type Script } from './sources/scripts.js'
import type { Task } from './task.js'

/** What is kept beside a snapshot, in `<snapshot>.origin.json`: where it came from, and which scripts its functions are from. */
export interface OriginFile {
  readonly version: 1
  readonly pid: number | null
  readonly nodeVersion: string
  readonly capturedAt: string
  readonly session: string
  /** When the process started, in milliseconds: with the pid it names a process, for a pid is used again. */
  readonly startedAt: number | null
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
    const file: unknown = JSON.parse(readFileSync(beside, 'utf8'))
    return isOrigin(file) ? { ...file, scripts: file.scripts.filter(isScript) } : undefined
  } catch {
    return undefined
  }
}

// Whoever made a snapshot made this file too: its words are believed, its shape is not.
function isOrigin(file: unknown): file is OriginFile {
  if (typeof file !== 'object' || file === null) return false
  const { version, pid, nodeVersion, capturedAt, session, startedAt = null, cwd, scripts } = file as Partial<OriginFile>
  return (
    version === 1 &&
    (pid === null || Number.isInteger(pid)) &&
    (startedAt === null || Number.isFinite(startedAt)) &&
    (cwd === null || typeof cwd === 'string') &&
    [nodeVersion, capturedAt, session].every(word => typeof word === 'string') &&
    Array.isArray(scripts)
  )
}

function isScript(script: unknown): script is Script {
  if (typeof script !== 'object' || script === null) return false
  const { id, url, sourceMapURL } = script as Partial<Script>
  return Number.isInteger(id) && typeof url === 'string' && typeof sourceMapURL === 'string'
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

function writeOrigin(snapshot: string, origin: OriginFile): void {
  writePrivately(
    originPath(snapshot),
    `${JSON.stringify(origin)}
`,
  )
}
