import { randomUUID } from 'node:crypto'
import { closeSync, linkSync, openSync, readFileSync, readlinkSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LeakscopeError } from '../../errors.js'
import { processFacts } from '../linux/facts.js'
import { read } from '../linux/read.js'
import { runtimeFolder } from '../linux/runtime-folder.js'
import { accept, cutText, integer, number, object, type Schema, text } from '../protocol/schema.js'
import { hasGone, ourName } from './ownership.js'

/** Options of the lock: for which process, and how long to wait. */
export interface LockOptions {
  /** The process whose inspector will be opened. */
  readonly pid: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Lets only one leakscope of a user at a time open an inspector by signal, since all processes open theirs at the same
 * port, 9229. The lock is held for at most three seconds: longer `work` continues without it, so a leakscope that hangs
 * does not block others for longer.
 *
 * The lock is a file in a folder that no other user can access, and names its owner. Without such a folder there is no
 * lock; between leakscopes of different users, one that finds the port taken waits for it. Errors: TIMEOUT.
 */
export async function withSignalLock<T>(options: LockOptions, work: () => Promise<T>): Promise<T> {
  const release = await take(options)
  const late = setTimeout(release, HELD_MS)
  try {
    return await work()
  } finally {
    clearTimeout(late)
    release()
  }
}

const HELD_MS = 3000
// An owner releases the lock before that, unless it hangs.
const BELIEVED_SECONDS = HELD_MS / 1000 + 0.5

/** The owner of the lock, from its file. */
interface Holder {
  readonly id: string
  /** Its name: see `ownership.ts`. */
  readonly name: string
  readonly command: string
  readonly target: number
  /** Seconds since boot. */
  readonly since: number
}

async function take({ pid, timeoutMs, signal }: LockOptions): Promise<() => void> {
  const folder = runtimeFolder()
  if (folder === undefined) return () => {}
  const path = join(folder, `opening-${network(pid)}.lock`)
  const us: Holder = { id: randomUUID(), name: ourName(), command: command(), target: pid, since: uptime() }
  const deadline = Date.now() + timeoutMs
  for (;;) {
    signal.throwIfAborted()
    const taken = tryToTake(path, { ...us, since: uptime() })
    // Attaching also works with a full disk.
    if (taken === 'impossible') return () => {}
    if (taken) return () => release(path, us.id)
    const owner = holderIn(path)
    if (owner === undefined || !isBelieved(owner)) breakLock(path, owner?.id)
    else if (Date.now() > deadline) throw heldBy(owner, timeoutMs)
    await sleep(20)
  }
}

function tryToTake(path: string, us: Holder): boolean | 'impossible' {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' ? false : 'impossible'
  }
  try {
    writeSync(file, JSON.stringify(us))
    return true
  } catch {
    rmSync(path, { force: true })
    return 'impossible'
  } finally {
    closeSync(file)
  }
}

const schema: Schema<Holder> = object({
  id: text(36),
  name: text(200),
  command: cutText(200),
  target: integer(1, 4_194_304),
  since: number(0, 1e12),
})

// `undefined` if it is empty, as between its creation and writing, or not one of our locks.
function holderIn(path: string): Holder | undefined {
  try {
    return accept(schema, JSON.parse(readFileSync(path, 'utf8')), path)
  } catch {
    return undefined
  }
}

const isBelieved = ({ name, since }: Holder): boolean =>
  !hasGone(name) && uptime() >= since && uptime() - since < BELIEVED_SECONDS

// Renamed first: of two that break it at once, one could otherwise remove the new lock of the other.
function breakLock(path: string, id: string | undefined): void {
  const aside = `${path}.${randomUUID()}`
  try {
    if (id === undefined && isBeingWritten(path)) return
    renameSync(path, aside)
    if (holderIn(aside)?.id !== id) linkSync(aside, path)
  } catch {
    // Gone meanwhile, or renamed by another.
  } finally {
    rmSync(aside, { force: true })
  }
}

const unreadable = new Map<string, number>()

// An unreadable lock may be about to be written, so waits a moment.
function isBeingWritten(path: string): boolean {
  const seen = unreadable.get(path) ?? Date.now()
  unreadable.set(path, seen)
  if (Date.now() - seen < 200) return true
  unreadable.delete(path)
  return false
}

function release(path: string, id: string): void {
  if (holderIn(path)?.id === id) rmSync(path, { force: true })
}

function heldBy({ name, command, target }: Holder, timeoutMs: number): LeakscopeError {
  const pid = name.split(' ', 1)[0]
  return new LeakscopeError(
    'TIMEOUT',
    `other leakscopes have been opening inspectors for ${timeoutMs / 1000} s, now process ${pid} (${command}) that of process ${target}`,
    { hint: 'Try again when they are done.' },
  )
}

// The common port is per network namespace.
function network(pid: number): string {
  try {
    return /\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

const command = (): string =>
  (processFacts(process.pid)?.commandLine ?? [])
    .slice(1)
    .map((word, at) => (at === 0 ? basename(word) : word))
    .join(' ')

const uptime = (): number => Number.parseFloat(read('/proc/uptime') ?? '0')
