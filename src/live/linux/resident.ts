import { read } from './read.js'

/** Bytes of a process in memory or swapped out, an upper bound of its heap; `undefined` when it is gone. */
export function heldBytes(pid: number): number | undefined {
  const status = statusOf(pid)
  const resident = bytesIn(status, 'VmRSS')
  return resident === undefined ? undefined : resident + (bytesIn(status, 'VmSwap') ?? 0)
}

/** Resident memory of a process in bytes, for lists: 0 when it is gone. `processMemory` reports more, for watching. */
export const residentBytes = (pid: number): number => bytesIn(statusOf(pid), 'VmRSS') ?? 0

const statusOf = (pid: number): string => read(`/proc/${pid}/status`) ?? ''

function bytesIn(status: string, field: string): number | undefined {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}
