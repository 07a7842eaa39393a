import { readFileSync } from 'node:fs'

/**
 * Whether a process runs on musl (Alpine) rather than glibc, judged by the loader in its memory map, which with musl is
 * the C library itself: `ld-musl-…`, or on Debian the file that this name links to. `false` when the process has ended
 * or only root may read its memory map.
 */
export function runsOnMusl(pid: number): boolean {
  try {
    return /\/ld-musl-[^/]*$|-musl\/libc\.so$/m.test(readFileSync(`/proc/${pid}/maps`, 'utf8'))
  } catch {
    return false
  }
}
