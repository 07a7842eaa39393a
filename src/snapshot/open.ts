import { LeakscopeError } from '../errors.js'
import type { HeapNodes } from '../graph/heap-graph.js'
import type { Task } from '../task.js'
import { fileSource } from './file-source.js'
import { unpacked } from './gzip.js'
import { type CutOffs, readSnapshot, readSnapshotNodes, type Snapshot } from './read.js'
import { type Source, sourceOf } from './source.js'

/**
 * Reads the snapshot at a path, plain or gzipped (detected from its first bytes); `-` is standard input. A pipe or a
 * socket is read while the capture still arrives. Progress is the part of the file that has been read.
 *
 * Errors: NOT_FOUND when the file cannot be read; those of `readSnapshot`, with the path.
 */
export const openSnapshotFile = (path: string, task: Task, stdin?: AsyncIterable<Uint8Array>): Promise<Snapshot> =>
  opened(path, task, stdin, readSnapshot)

/** Reads only the nodes, several times faster: see `readSnapshotNodes`. */
export const openSnapshotFileNodes = (
  path: string,
  task: Task,
  stdin?: AsyncIterable<Uint8Array>,
  cutOffs: CutOffs = 'refused',
): Promise<Snapshot<HeapNodes>> => opened(path, task, stdin, (source, task) => readSnapshotNodes(source, task, cutOffs))

async function opened<Read>(
  path: string,
  task: Task,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
  read: (source: Source, task: Task) => Promise<Read>,
): Promise<Read> {
  try {
    return await read(path === '-' ? sourceOf(unpacked(stdin)) : fileSource(path, task), task)
  } catch (error) {
    throw withFileName(error, path === '-' ? 'standard input' : path)
  }
}

/** Adds the file's name to an error, and explains errors of the system and of zlib. */
function withFileName(error: unknown, name: string): unknown {
  if (error instanceof LeakscopeError) {
    return new LeakscopeError(error.code, `${name}: ${error.message}`, { hint: error.hint, cause: error })
  }
  if (!(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  if ('syscall' in error) {
    const reason = reasons[code] ?? { message: `cannot be read (${code})`, hint: 'Check the path and the disk.' }
    return new LeakscopeError('NOT_FOUND', `${name} ${reason.message}`, { hint: reason.hint, cause: error })
  }
  if (code.startsWith('Z_')) {
    return new LeakscopeError('BAD_SNAPSHOT', `${name}: its gzip data is damaged or cut off`, {
      hint: 'Copy or capture the file again; `gzip -t` checks whether it is whole.',
      cause: error,
    })
  }
  return error
}

const reasons: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
  ENOENT: { message: 'does not exist', hint: 'Check the path, or capture a heap with `leakscope snapshot <pid>`.' },
  EISDIR: { message: 'is a directory', hint: 'Name a .heapsnapshot file in it.' },
  ENOTDIR: { message: 'does not exist: a part of the path is not a directory', hint: 'Check the path.' },
  EACCES: { message: 'may not be read by this user', hint: 'Run as its owner, or give yourself read permission.' },
}
