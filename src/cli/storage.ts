import { type Command, Option } from 'commander'
import type { Io } from './io.js'
import { parseCount, parseSize } from './quantities.js'

/** Adds `--dir`, `--keep` and `--max-size` to a command that captures. */
export function withStorageOptions(command: Command): Command {
  return command
    .option('--dir <folder>', 'where heaps are kept (default: .leakscope)')
    .addOption(new Option('--keep <n>', 'keep this many heaps there, the newest').argParser(parseCount(0)))
    .addOption(new Option('--max-size <size>', 'keep no more of them than this, as 2GB').argParser(parseSize))
}

/** Takes over what the options of a command say about storage. */
export function setStorage(io: Io, { dir, keep, maxSize, signal }: Readonly<Record<string, unknown>>): void {
  // The option acts when it is typed; one that was configured acts here.
  if (signal === false && io.attaching !== undefined) io.attaching.noSignal = true
  if (io.storage === undefined) return
  if (typeof dir === 'string') io.storage.dir = dir
  if (typeof keep === 'number') io.storage.keep = keep
  if (typeof maxSize === 'number') io.storage.maxSize = maxSize
}

/** Removes the oldest heaps where there are more of them than is to be kept. */
export async function pruneStored(io: Io): Promise<void> {
  const { keep, maxSize } = io.storage ?? {}
  if (keep === undefined && maxSize === undefined) return
  const [{ pruneHeaps }, { snapshotFolder }] = await Promise.all([
    import('../acquire/stored-heaps.js'),
    import('./heap-source.js'),
  ])
  pruneHeaps(snapshotFolder(io), { keep, maxSize })
}
