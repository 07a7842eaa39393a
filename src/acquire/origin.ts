import type { Follows } from '../heap/heap.js'
import { readRegularFile, writePrivately } from '../private-file.js'
import type { Script } from '../sources/scripts.js'

/** What is kept beside a snapshot, in `<snapshot>.origin.json`: where it came from, and which scripts its functions are from. */
export interface OriginFile {
  readonly version: 1
  readonly pid: number | null
  /** The worker thread whose heap it is; absent for a main thread. */
  readonly worker?: { readonly id: number; readonly name: string | null; readonly script: string }
  readonly nodeVersion: string
  readonly capturedAt: string
  readonly session: string
  /** The session of an earlier heap whose ids it goes on from, and the part of its nodes that was found there. */
  readonly follows?: Follows
  /** When the process started, in milliseconds: with the pid it names a process, for a pid is used again. */
  readonly startedAt: number | null
  /** The folder the target worked in: places are shown relative to it. */
  readonly cwd: string | null
  readonly scripts: readonly Script[]
}

/** Where what is known of a snapshot is kept. */
export const originPath = (snapshot: string): string => `${snapshot}.origin.json`

/** What is known of a snapshot's origin without reading the snapshot; `undefined` where nothing was kept beside it. */
export function readOrigin(snapshot: string): OriginFile | undefined {
  for (const path of [snapshot, snapshot.replace(/\.gz$/, '')].map(originPath)) {
    const text = readRegularFile(path, LARGEST)?.toString('utf8')
    if (text !== undefined) return originIn(text)
  }
  return undefined
}

// Source maps that stand in the scripts themselves are in it.
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

/** Writes what is known of a snapshot's origin beside it; `shown` is the snapshot's path for people. Errors: OUTPUT. */
export function writeOrigin(snapshot: string, origin: OriginFile, shown: string = snapshot): void {
  writePrivately(originPath(snapshot), `${JSON.stringify(origin)}\n`, originPath(shown))
}

/** Whether two heaps are of one process and thread. In a container every run of a program may have the same pid. */
export function isOfSameProcess(a: OriginFile, b: OriginFile | undefined): boolean {
  return (
    b !== undefined &&
    a.pid === b.pid &&
    a.worker?.id === b.worker?.id &&
    (a.startedAt ?? null) === (b.startedAt ?? null)
  )
}
