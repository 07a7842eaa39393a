import { readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { inCaptureOrder } from '../acquire/capture-order.js'
import { isOfSameProcess, readOrigin } from '../acquire/origin.js'
import { LeakscopeError } from '../errors.js'
import type { TargetSpec } from '../live/spec.js'
import { whyNotOurs } from '../private-folder.js'
import { ago } from './age.js'
import type { Io } from './io.js'
import { chooseTarget, programNamed, targetNamed } from './targets.js'

/**
 * Files to read. If the user named none, `note` says which they are: an answer about yesterday's heap looks like any
 * other.
 */
export interface HeapFiles {
  readonly files: readonly string[]
  readonly note?: string
}

/** The source of a question's heaps: existing files, or a live target to capture. */
export type HeapSource = HeapFiles | { readonly target: TargetSpec }

/** The folder for captures without a path: `--dir`, otherwise `.leakscope`. */
export const snapshotFolder = (io: Io): string => resolve(io.cwd, io.storage?.dir ?? '.leakscope')

/**
 * The heap of a command: the file or target named, the program after `--`, otherwise the newest snapshot in
 * `.leakscope`, otherwise the only Node.js process that can be attached to. Errors: USAGE, NO_TARGET.
 */
export async function oneHeap(
  arg: string | undefined,
  command: readonly string[] | undefined,
  io: Io,
): Promise<HeapSource> {
  if (command !== undefined) return { target: programNamed(command) }
  if (arg !== undefined) {
    const target = targetNamed(arg, io)
    return target === undefined ? { files: [arg] } : { target }
  }
  const newest = captured(io).at(-1)
  if (newest === undefined) return { target: await chooseTarget(undefined, undefined, io) }
  return { files: [newest], note: `Using ${relative(io.cwd, newest)}${captureAge(newest)}.` }
}

/**
 * The heaps that a command compares: the files named, oldest first; the target named; otherwise all snapshots in
 * `.leakscope` of the process captured last, if there are two or more; otherwise the only Node.js process. Errors:
 * USAGE, NO_TARGET.
 */
export async function heapSeries(
  args: readonly string[],
  command: readonly string[] | undefined,
  io: Io,
): Promise<HeapSource> {
  if (command !== undefined) return { target: programNamed(command) }
  const targets = args.map(arg => targetNamed(arg, io))
  const target = targets.find(target => target !== undefined)
  if (target !== undefined && args.length === 1) return { target }
  if (target !== undefined) {
    throw new LeakscopeError('USAGE', 'a live target cannot be mixed with other heaps', {
      hint: 'Give one target, which is captured several times, or only files.',
    })
  }
  if (args.length > 1) {
    const { files, moved, isDoubtful } = inCaptureOrder(args.map(arg => resolve(io.cwd, arg)))
    if (isDoubtful) return { files: args, note: newestFirst }
    if (!moved) return { files: args }
    const sorted = files.map(file => args.find(arg => resolve(io.cwd, arg) === file)!)
    return { files: sorted, note: `Put in the order of capture, oldest first: ${sorted.join(', ')}.` }
  }
  if (args.length === 1) {
    throw new LeakscopeError('USAGE', `${args[0]} is one heap, and growth needs two`, {
      hint: 'Give a later snapshot of the same program too, or a live target; `leakscope suspects` says where memory accumulates in one heap.',
    })
  }
  const all = captured(io)
  const last = readOrigin(all.at(-1) ?? '')
  const same = all.filter(path => last !== undefined && isOfSameProcess(last, readOrigin(path)))
  if (same.length < 2) return { target: await chooseTarget(undefined, undefined, io) }
  const of = last?.pid == null ? '' : ` of process ${last.pid}`
  return {
    files: same,
    note: `Using the ${same.length} heaps${of} in .leakscope${captureAge(same.at(-1)!).replace('captured', 'the last captured')}.`,
  }
}

/** The note for heaps whose files get older in the given order. */
export const newestFirst =
  'These files are in newest-first order. Give the oldest heap first: in another order, growth looks like shrinking.'

/** The file to which a snapshot is written. Errors: USAGE. */
export function snapshotPath(arg: string, io: Io): string {
  if (!/\.gz$/i.test(arg)) return resolve(io.cwd, arg)
  throw new LeakscopeError('USAGE', `${arg}: snapshots are not written compressed`, {
    hint: 'Leave out .gz and compress the file with `gzip` afterwards: leakscope reads both.',
  })
}

function captureAge(snapshot: string): string {
  const origin = readOrigin(snapshot)
  return Number.isNaN(Date.parse(origin?.capturedAt ?? '')) ? '' : `, captured ${ago(origin!.capturedAt)}`
}

// Names begin with the time of capture, so sorting by name sorts by age. Only regular files: reading a pipe could
// block.
function captured(io: Io): string[] {
  const folder = snapshotFolder(io)
  let names: string[]
  try {
    names = readdirSync(folder, { withFileTypes: true })
      .filter(entry => entry.isFile() && /\.heapsnapshot(\.gz)?$/.test(entry.name))
      .map(({ name }) => name)
      .sort()
  } catch {
    return []
  }
  const foreign = names.length === 0 ? undefined : whyNotOurs(folder)
  if (foreign !== undefined) {
    throw new LeakscopeError('USAGE', `.leakscope here ${foreign.why}: its heaps are read only where you name one`, {
      hint: `Name the file: .leakscope/${names.at(-1)}`,
    })
  }
  return names.map(name => join(folder, name))
}
