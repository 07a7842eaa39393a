import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/**
 * Reads a kernel file, at most its first 64 MB; `undefined` when it does not exist or may not be read. Some are looked
 * up through the root of another process, which may have put a pipe or a device in their place: these are neither
 * waited for nor read.
 */
export function read(path: string): string | undefined {
  let file: number | undefined
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!fstatSync(file).isFile()) return undefined
    const parts: Buffer[] = []
    for (let left = MOST_BYTES; left > 0; ) {
      const length = readSync(file, buffer, 0, buffer.length, null)
      if (length === 0) break
      left -= length
      parts.push(Buffer.from(buffer.subarray(0, length)))
    }
    return Buffer.concat(parts).toString('utf8')
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

const MOST_BYTES = 64 * 2 ** 20
// Most files are shorter. Some return at most 4 KB per read.
const buffer = Buffer.allocUnsafe(64 * 2 ** 10)
