import { readFileSync } from 'node:fs'
import { read } from './read.js'

/** Bytes of a process in memory or swapped out: so no heap of it is larger; `undefined` when it is gone. */
export function heldBytes(pid: number): number | undefined {
  const status = read(`/proc/${pid}/status`) ?? ''
  const size = (field: string): number | undefined => {
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  }
  const resident = size('VmRSS')
  return resident === undefined ? undefined : resident + (size('VmSwap') ?? 0)
}

/** Resident memory of a process in bytes, for lists: 0 when it is gone. For watching a process, `processMemory` tells more. */
export function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
