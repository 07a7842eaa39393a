import { type Command, Option } from 'commander'
import type { Io } from './io.js'
import { parseCount, parseSize } from './quantities.js'

/** Adds `--dir`, `--keep` and `--max-size` to a command that captures. */
export function withStorageOptions(command: Command): Command {
  return command
    .option('--dir <folder>', 'the folder for heaps (default: .leakscope)')
    .addOption(new Option('--keep <n>', 'keep only the newest n heaps there').argParser(parseCount(0)))
    .addOption(new Option('--max-size <size>', 'limit their total size, such as 2GB').argParser(parseSize))
}

/** Applies the storage options of a command. */
export function setStorage(io: Io, { dir, keep, maxSize, signal }: Readonly<Record<string, unknown>>): void {
  // On the command line the option acts when parsed; from the configuration it acts here.
  if (signal === false && io.attaching !== undefined) io.attaching.noSignal = true
  if (io.storage === undefined) return
  if (typeof dir === 'string') io.storage.dir = dir
  if (typeof keep === 'number') io.storage.keep = keep
  if (typeof maxSize === 'number') io.storage.maxSize = maxSize
}

/** Removes the oldest heaps beyond the limits. */
export async function pruneStored(io: Io): Promise<void> {
  const { keep, maxSize } = io.storage ?? {}
  if (keep === undefined && maxSize === undefined) return
  const [{ pruneHeaps }, { snapshotFolder }] = await Promise.all([
    import('../acquire/stored-heaps.js'),
    import('./heap-source.js'),
  ])
  pruneHeaps(snapshotFolder(io), { keep, maxSize })
}
