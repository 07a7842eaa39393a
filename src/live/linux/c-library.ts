import { readFileSync } from 'node:fs'

/**
 * Whether a process runs on musl (Alpine) rather than glibc, by the loader that it has in memory. `false` for one that has ended or
 * shows its memory to root only.
 */
export function runsOnMusl(pid: number): boolean {
  try {
    return /\/ld-musl-[^/]*$/m.test(readFileSync(`/proc/${pid}/maps`, 'utf8'))
  } catch {
    return false
  }
}
