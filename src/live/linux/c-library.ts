import { readFileSync } from 'node:fs'

/**
 * Whether a process runs on musl (Alpine) rather than glibc, by the loader that it has in memory, which is the C library itself: a file
 * called `ld-musl-…`, or one of Debian's that this is a link to. `false` for one that has ended or
 * shows its memory to root only.
 */
export function runsOnMusl(pid: number): boolean {
  try {
    return /\/ld-musl-[^/]*$|-musl\/libc\.so$/m.test(readFileSync(`/proc/${pid}/maps`, 'utf8'))
  } catch {
    return false
  }
}
