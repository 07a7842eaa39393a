import { readFileSync } from 'node:fs'
import { LeakscopeError } from '../../../errors.js'

/** A child ran out of memory: no other method is tried, since each would need more. Its code is CAPTURE. */
export class NoMemory extends LeakscopeError {
  constructor(message: string, hint: string) {
    super('CAPTURE', message, { hint })
  }
}

/** The number of processes that the kernel has killed for lack of memory since boot; 0 if unknown. */
export function outOfMemoryKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
