import { readFileSync } from 'node:fs'

/** Resident memory of a process in bytes, for lists: 0 when it is gone. For watching a process, `processMemory` tells more. */
export function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
