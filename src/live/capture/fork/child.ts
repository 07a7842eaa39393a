import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AllocatorMemory } from '../../../outside-heap.js'
import type { Script } from '../../../sources/scripts.js'
import { cpuTicks, processFacts } from '../../linux/facts.js'
import { openDescriptor } from '../../linux/open-descriptor.js'
import { type SamplingProfile, samplingProfile } from '../../protocol/sampling.js'
import {
  accept,
  cutText,
  integer,
  list,
  number,
  object,
  optional,
  type Schema,
  text,
  unacceptable,
} from '../../protocol/schema.js'
import type { SnapshotSink } from '../sink.js'
import { tooLong } from '../too-much.js'
import { type ForkedChild, isSame, killChild } from './forked-child.js'
import { NotPossible } from './not-possible.js'

/** How a forked child came to its end. */
export type End =
  /** It said what it knows and wrote a snapshot; whether a whole one the sink tells. */
  | { readonly how: 'wrote'; readonly known: ChildReport }
  /** It said why it would not. */
  | { readonly how: 'refused'; readonly why: string }
  /** It found the heap in the middle of a change, as another thread made it: another moment may be better. */
  | { readonly how: 'disturbed'; readonly why: string }
  /** It had no memory left, and said so. */
  | { readonly how: 'no memory' }
  /** It ended without a byte, or in the middle. */
  | { readonly how: 'died' }
  /** It waited for what never comes, and was ended. */
  | { readonly how: 'stuck' }

/** What a child says before it writes the snapshot. */
export interface ChildReport {
  /** What the program had loaded, as its debugger lists it. */
  readonly scripts: readonly Script[]
  /** What lived, where allocations are sampled. */
  readonly living?: LiveMemory
  /** What glibc's malloc keeps; absent with another C library or allocator. */
  readonly allocator?: AllocatorMemory
}

/** Memory once the child has collected its garbage, in bytes, and where it was allocated since sampling began. */
export interface LiveMemory {
  readonly heapUsed: number
  readonly external: number
  readonly arrayBuffers: number
  readonly profile: SamplingProfile
}

export interface ChildWatch {
  /** Of the target, in messages. */
  readonly name: string
  readonly signal: AbortSignal
  /** Bytes of a snapshot that the target's heap could have at the very most; a child that writes more is ended. */
  readonly most: number
  /** What it writes: V8's snapshot, behind a line with what it knows; or records of its memory, with all in them. */
  readonly writes: 'snapshot' | 'records'
  /** What is to be done to the child first; should that fail, it is ended. */
  begin?(): void
  progress(bytes: number): void
}

/**
 * Takes what a forked child writes, until it ends; ends it when it is stuck, when the sink fails and when the signal says so.
 *
 * A child has one thread. One of V8's jobs that another thread was in the middle of when the process was forked is never done in the
 * copy, and waited for for ever: it sleeps, and uses no processor. One that works does, and so it is told apart for certain; a write
 * into the pipe sleeps, too, but not for long as long as we take what comes. Errors: NotPossible, those of the sink, the signal's reason.
 */
export async function receive(
  child: ForkedChild,
  pipe: number,
  sink: SnapshotSink,
  { name, signal, most, writes, begin, progress }: ChildWatch,
): Promise<End> {
  const { pid } = child
  const end = (): void => killChild(child)

  let stuck = false
  let waiting = true
  let bytes = 0
  const fd = openPipe(child, pipe)
  if (fd === undefined) return { how: 'died' }
  endFirst(child)
  const parts = new Socket({ fd, readable: true, writable: false })
  let seen = { ticks: cpuTicks(pid), bytes, looks: 0 }
  const watch = setInterval(() => {
    const ticks = cpuTicks(pid)
    const sleeps = processFacts(pid)?.state === 'S'
    if (!sleeps || !waiting || ticks !== seen.ticks || bytes !== seen.bytes) {
      seen = { ticks, bytes, looks: 0 }
    } else if (++seen.looks === STUCK_AFTER) {
      stuck = true
      end()
    }
  }, LOOK_EVERY_MS)
  const interrupt = (): void => void parts.destroy(signal.reason)
  signal.addEventListener('abort', interrupt, { once: true })

  let head: Buffer = Buffer.alloc(0)
  let said = 0
  const behind: Buffer[] = []
  let known: ChildReport = { scripts: [] }
  try {
    signal.throwIfAborted()
    begin?.()
    for await (const part of parts as AsyncIterable<Buffer>) {
      let snapshot = part
      if (bytes === 0) {
        said += part.length
        if (said > MOST_BEFORE) throw unacceptable(`fork by ${name}`, 'its child says too much before the snapshot')
        behind.push(part)
        if (writes === 'records') {
          head = Buffer.concat([head, ...behind.splice(0)])
          const start = recordsIn(head)
          if (start === undefined) continue
          snapshot = head.subarray(start)
        } else {
          // Source maps within scripts are many parts of one line.
          if (!part.includes('\n') && head.at(-1) !== NEWLINE) continue
          head = Buffer.concat([head, ...behind.splice(0)])
          const { line, end } = lineIn(head)
          if (head[end] !== BRACE) continue
          known = readKnown(line, name)
          snapshot = head.subarray(end)
        }
      }
      bytes += snapshot.length
      if (bytes > most) throw tooLong(name, bytes)
      waiting = false
      await sink.write(snapshot)
      waiting = true
      progress(bytes)
    }
  } finally {
    clearInterval(watch)
    signal.removeEventListener('abort', interrupt)
    parts.destroy()
    end()
    await gone(child)
  }
  // One that got stuck in the middle has written, too: another could only begin anew, behind that.
  if (stuck && bytes === 0) return { how: 'stuck' }
  if (bytes > 0) return { how: 'wrote', known }
  const last = Buffer.concat([head, ...behind])
  const { why, code } = writes === 'records' ? refusalIn(last, name) : { why: messageIn(last), code: undefined }
  if (OUT_OF_MEMORY.test(why)) return { how: 'no memory' }
  if (code !== undefined && DISTURBED.test(code)) return { how: 'disturbed', why }
  return why === '' || ABORTED.test(why) ? { how: 'died' } : { how: 'refused', why }
}

const MAGIC = 'LSHEAP\n\x01'

/** Where the records of a heap begin; `undefined` where they do not yet, or a refusal stands in their place. */
function recordsIn(head: Buffer): number | undefined {
  const start = head.indexOf(MAGIC, 0, 'latin1')
  const section = start === -1 ? undefined : head[start + MAGIC.length]
  return section === undefined || section === REFUSAL ? undefined : start
}

const REFUSAL = 'X'.charCodeAt(0)
const refusalSchema = object({
  refused: optional(cutText(100)),
  fault: optional(cutText(100)),
  message: cutText(1000),
  detail: optional(cutText(1000)),
})

/** What the walk of a heap says of pointers that lead to no object. */
const DISTURBED = /^(?:torn-roots|no-object)$/

/** Why a child wrote no records: in its own words, else what else was said. */
function refusalIn(said: Buffer, name: string): { why: string; code?: string | undefined } {
  const start = said.indexOf(`${MAGIC}X`, 0, 'latin1')
  if (start === -1) return { why: said.toString('utf8').trim() }
  let refusal: unknown
  try {
    refusal = JSON.parse(said.toString('utf8', said.indexOf('{', start)))
  } catch {
    return { why: 'it ended while it said why' }
  }
  const { refused: code, message, detail } = accept(refusalSchema, refusal, `fork by ${name}`)
  return { why: detail === undefined ? message : `${message}: ${detail}`, code }
}

/** The line in which a child says what it knows, and where it ends: behind it the snapshot begins, with a brace. Before it stand warnings. */
function lineIn(head: Buffer): { line: string; start: number; end: number } {
  const start = head.indexOf('{"scripts":')
  const end = start === -1 ? -1 : head.indexOf('\n', start) + 1
  return end < 1
    ? { line: '', start: head.length, end: head.length }
    : { line: head.toString('utf8', start, end), start, end }
}

/** What a child says that writes no snapshot, before or behind what it knows. */
function messageIn(head: Buffer): string {
  const { start, end } = lineIn(head)
  return (head.toString('utf8', 0, start) + head.toString('utf8', end)).trim()
}

// Last words of V8, Node.js and the C++ library on stderr, in Node.js 18 to 26.
const OUT_OF_MEMORY = /std::bad_alloc|out of memory|Allocation failed|ENOMEM|Cannot allocate memory/i
const ABORTED = /^\s*(#|FATAL ERROR|terminate called|<---|\S+\[\d+\]: )/

// With source maps in it, and a profile.
const MOST_BEFORE = 256 * 2 ** 20

const bytesOf = number(0, 2 ** 50)
/** What lived, as a child of the target says it. */
export const liveMemory: Schema<LiveMemory> = object({
  heapUsed: bytesOf,
  external: bytesOf,
  arrayBuffers: bytesOf,
  profile: samplingProfile,
})
/** What malloc keeps, as a child of the target says it. */
export const allocatorMemory: Schema<AllocatorMemory> = object({
  arenas: bytesOf,
  system: bytesOf,
  mapped: bytesOf,
  unused: bytesOf,
  resident: bytesOf,
})
const knownSchema: Schema<ChildReport> = object({
  scripts: list(object({ id: integer(0), url: cutText(100_000), sourceMapURL: text(64 * 2 ** 20) }), 1_000_000),
  living: optional(liveMemory),
  allocator: optional(allocatorMemory),
})

function readKnown(line: string, name: string): ChildReport {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw unacceptable(`fork by ${name}`, 'what its child says before the snapshot is not JSON')
  }
  return accept(knownSchema, value, `fork by ${name}`)
}

const BRACE = '{'.charCodeAt(0)
const NEWLINE = '\n'.charCodeAt(0)
const LOOK_EVERY_MS = 100
// In looks, not in time: on a busy machine it may be we who had no processor, and a full pipe that the child waits at.
const STUCK_AFTER = 5

// It lets go of the pipe before it has let go of its memory, which may take a while; only then can note be taken of its end.
async function gone({ pid, startTicks }: ForkedChild): Promise<void> {
  for (let looks = 0; looks < 200; looks++) {
    const facts = processFacts(pid)
    if (facts?.startTicks !== startTicks || 'ZX'.includes(facts.state)) return
    await sleep(10)
  }
}

// By the descriptor that the child holds for us: the pipe has no name. Not to be waited for, if the child has gone. A process that has
// rights of its own, or had other ones, shows its descriptors to root only.
function openPipe(child: ForkedChild, pipe: number): number | undefined {
  try {
    return openDescriptor(child.pid, pipe, 'pipe')
  } catch (error) {
    killChild(child)
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw new NotPossible(`the output of its child cannot be read: ${message}`, error)
  }
}

// It offers itself to the kernel when memory runs short, unless it may not write to its own /proc.
function endFirst(child: ForkedChild): void {
  try {
    if (isSame(child)) writeFileSync(`/proc/${child.pid}/oom_score_adj`, '1000')
  } catch {
    // It has ended, or is as it was.
  }
}
