import type { Follows } from '../heap/heap.js'
import { readRegularFile, writePrivately } from '../private-file.js'
import type { Script } from '../sources/scripts.js'

/**
 * The origin file of a snapshot, `<snapshot>.origin.json`: its process, session and time, and the scripts of its
 * functions.
 */
export interface OriginFile {
  readonly version: 1
  readonly pid: number | null
  /** The worker thread whose heap it is; absent for a main thread. */
  readonly worker?: { readonly id: number; readonly name: string | null; readonly script: string }
  readonly nodeVersion: string
  readonly capturedAt: string
  readonly session: string
  /** The session of the earlier heap that it was matched with, and the share of its nodes that was matched. */
  readonly follows?: Follows
  /** When the process started, in milliseconds: with the pid it identifies a process, as pids are reused. */
  readonly startedAt: number | null
  /** The target's working folder: locations are shown relative to it. */
  readonly cwd: string | null
  readonly scripts: readonly Script[]
}

/** The path of a snapshot's origin file. */
export const originPath = (snapshot: string): string => `${snapshot}.origin.json`

/** Reads the origin file of a snapshot; `undefined` if there is none. */
export function readOrigin(snapshot: string): OriginFile | undefined {
  for (const path of [snapshot, snapshot.replace(/\.gz$/, '')].map(originPath)) {
    const text = readRegularFile(path, LARGEST)?.toString('utf8')
    if (text !== undefined) return originIn(text)
  }
  return undefined
}

// It contains inline source maps.
const LARGEST = 256 * 2 ** 20

function originIn(text: string): OriginFile | undefined {
  try {
    const file: unknown = JSON.parse(text)
    return isOrigin(file) ? known(file) : undefined
  } catch {
    return undefined
  }
}

const known = ({ worker, follows, ...file }: OriginFile): OriginFile => ({
  ...file,
  scripts: file.scripts.filter(isScript),
  ...(isWorker(worker) ? { worker } : {}),
  ...(isFollows(follows) ? { follows } : {}),
})

const isFollows = (follows: Follows | undefined): follows is Follows =>
  typeof follows?.session === 'string' && typeof follows.matched === 'number'

function isWorker(worker: unknown): worker is NonNullable<OriginFile['worker']> {
  if (typeof worker !== 'object' || worker === null) return false
  const { id, name, script } = worker as Partial<NonNullable<OriginFile['worker']>>
  return Number.isInteger(id) && (name === null || typeof name === 'string') && typeof script === 'string'
}

// Whoever made the snapshot made this file, too: its values are trusted, its form is not.
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

/** Writes the origin file of a snapshot; `shown` is the snapshot's path in messages. Errors: OUTPUT. */
export function writeOrigin(snapshot: string, origin: OriginFile, shown: string = snapshot): void {
  writePrivately(originPath(snapshot), `${JSON.stringify(origin)}\n`, originPath(shown))
}

/** Whether two heaps are of one process and thread. In a container, every run of a program may have the same pid. */
export function isOfSameProcess(a: OriginFile, b: OriginFile | undefined): boolean {
  return (
    b !== undefined &&
    a.pid === b.pid &&
    a.worker?.id === b.worker?.id &&
    (a.startedAt ?? null) === (b.startedAt ?? null)
  )
}
