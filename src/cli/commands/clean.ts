import { relative } from 'node:path'
import { Command } from 'commander'
import { pruneHeaps, type StoredHeap, storedHeaps } from '../../acquire/stored-heaps.js'
import { standard } from '../../report/columns.js'
import type { Report } from '../../report/report.js'
import { counted, sized } from '../../units.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import { withStorageOptions } from '../storage.js'

interface Options extends AnswerOptions {
  readonly keep?: number
  readonly maxSize?: number
}

/** `leakscope clean`: removes old heaps from `.leakscope`, by default all of them. */
export function cleanCommand(io: Io): Command {
  const command = new Command('clean').description(
    'Remove old heaps that captures left in .leakscope: all, or all but those that --keep and --max-size allow.',
  )
  return withAnswerOptions(withStorageOptions(command)).action(async ({ keep, maxSize, ...options }: Options) => {
    const folder = snapshotFolder(io)
    const removed = pruneHeaps(folder, keep === undefined && maxSize === undefined ? { keep: 0 } : { keep, maxSize })
    const left = storedHeaps(folder)
    await answer(reported(removed, left, io), { command: 'clean', target: null, heaps: [] }, { options, io })
  })
}

function reported(removed: readonly StoredHeap[], left: readonly StoredHeap[], io: Io): Report {
  const heaps = (of: readonly StoredHeap[]): string =>
    `${counted(of.length)} ${of.length === 1 ? 'heap' : 'heaps'} (${size(of)})`
  const headline = `Removed ${heaps(removed)}; ${heaps(left)} left`
  return {
    title: 'Heaps',
    headline,
    sections: [
      {
        shape: 'table',
        title: 'Removed',
        columns: [{ key: 'path', title: 'Heap', unit: 'text' }, standard.bytes],
        rows: removed.map(({ path, bytes }) => ({ path: relative(io.cwd, path), bytes })),
      },
    ],
    notes: [],
    findings: { removed: removed.length, removedBytes: total(removed), left: left.length, leftBytes: total(left) },
  }
}

const total = (heaps: readonly StoredHeap[]): number => heaps.reduce((sum, { bytes }) => sum + bytes, 0)
const size = (heaps: readonly StoredHeap[]): string => sized(total(heaps))
