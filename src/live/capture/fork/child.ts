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

/** How a forked child ended. */
export type End =
  /** It reported and wrote a snapshot; the sink checks whether it is complete. */
  | { readonly how: 'wrote'; readonly known: ChildReport }
  /** It refused, with a reason. */
  | { readonly how: 'refused'; readonly why: string }
  /** It found the heap in the middle of a change by another thread: a later attempt may succeed. */
  | { readonly how: 'disturbed'; readonly why: string }
  /** It reported that it ran out of memory. */
  | { readonly how: 'no memory' }
  /** It ended without output, or in the middle. */
  | { readonly how: 'died' }
  /** It was stuck, and was killed. */
  | { readonly how: 'stuck' }

/** The report of a child before its snapshot. */
export interface ChildReport {
  /** The scripts of the program, as listed by its debugger. */
  readonly scripts: readonly Script[]
  /** Live memory, if allocations are sampled. */
  readonly living?: LiveMemory
  /** The state of glibc's malloc; absent with another C library or allocator. */
  readonly allocator?: AllocatorMemory
}

/** Memory after the child has collected its garbage, in bytes, and where it was allocated since sampling began. */
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
  /** The maximum bytes of a snapshot of the target's heap; a child that writes more is killed. */
  readonly most: number
  /** What it writes: V8's snapshot after a line with its report, or memory records, which contain the report. */
  readonly writes: 'snapshot' | 'records'
  /** Called with the child first; if it throws, the child is killed. */
  begin?(): void
  progress(bytes: number): void
}

/**
 * Receives what a forked child writes, until it ends; kills it if it is stuck, if the sink fails or if the signal
 * aborts.
 *
 * A child has one thread. If another thread was in the middle of one of V8's jobs at the fork, that job is never
 * finished in the child, which waits for it forever: it sleeps and uses no processor time, whereas a working child
 * does. A write to the pipe also sleeps, but not for long while we read. Errors: NotPossible, those of the sink, the
 * signal's reason.
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
          // A line with inline source maps arrives in many parts.
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
  // If it got stuck after some output, another child cannot continue it.
  if (stuck && bytes === 0) return { how: 'stuck' }
  if (bytes > 0) return { how: 'wrote', known }
  const last = Buffer.concat([head, ...behind])
  const { why, code } = writes === 'records' ? refusalIn(last, name) : { why: messageIn(last), code: undefined }
  if (OUT_OF_MEMORY.test(why)) return { how: 'no memory' }
  if (code !== undefined && DISTURBED.test(code)) return { how: 'disturbed', why }
  return why === '' || ABORTED.test(why) ? { how: 'died' } : { how: 'refused', why }
}

const MAGIC = 'LSHEAP\n\x01'

/** Where the records of a heap begin; `undefined` if not yet, or if there is a refusal instead. */
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

/** The walk's error codes for pointers that do not lead to an object. */
const DISTURBED = /^(?:torn-roots|no-object)$/

/** Why a child wrote no records: its refusal, otherwise its other output. */
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

/**
 * The line with a child's report, and its end, after which the snapshot begins with a brace. Warnings may precede it.
 */
function lineIn(head: Buffer): { line: string; start: number; end: number } {
  const start = head.indexOf('{"scripts":')
  const end = start === -1 ? -1 : head.indexOf('\n', start) + 1
  return end < 1
    ? { line: '', start: head.length, end: head.length }
    : { line: head.toString('utf8', start, end), start, end }
}

/** The output of a child without a snapshot, before and after its report. */
function messageIn(head: Buffer): string {
  const { start, end } = lineIn(head)
  return (head.toString('utf8', 0, start) + head.toString('utf8', end)).trim()
}

// Final messages of V8, Node.js and the C++ library on stderr, in Node.js 18 to 26.
const OUT_OF_MEMORY = /std::bad_alloc|out of memory|Allocation failed|ENOMEM|Cannot allocate memory/i
const ABORTED = /^\s*(#|FATAL ERROR|terminate called|<---|\S+\[\d+\]: )/

// Includes source maps and a profile.
const MOST_BEFORE = 256 * 2 ** 20

const bytesOf = number(0, 2 ** 50)
/** The schema of live memory in a child's report. */
export const liveMemory: Schema<LiveMemory> = object({
  heapUsed: bytesOf,
  external: bytesOf,
  arrayBuffers: bytesOf,
  profile: samplingProfile,
})
/** The schema of malloc's state in a child's report. */
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
// Counted in checks, not in time: on a busy machine we may not have run, so that the child waits at a full pipe.
const STUCK_AFTER = 5

// The pipe closes before the child's memory is freed, which may take a while; only then can its end be observed.
async function gone({ pid, startTicks }: ForkedChild): Promise<void> {
  for (let looks = 0; looks < 200; looks++) {
    const facts = processFacts(pid)
    if (facts?.startTicks !== startTicks || 'ZX'.includes(facts.state)) return
    await sleep(10)
  }
}

// Opens the unnamed pipe through the child's descriptor, without blocking if the child has gone. A process with
// capabilities, or with changed ones, shows its descriptors only to root.
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

// The child sets this itself, unless it may not write to its own /proc.
function endFirst(child: ForkedChild): void {
  try {
    if (isSame(child)) writeFileSync(`/proc/${child.pid}/oom_score_adj`, '1000')
  } catch {
    // It has ended, or the value stays unchanged.
  }
}
