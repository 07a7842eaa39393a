import { readFileSync } from 'node:fs'
import { LeakscopeError } from '../../../errors.js'

/** A child that there is not enough memory for: no other method is tried then, as each would need more. Errors carry CAPTURE. */
export class NoMemory extends LeakscopeError {
  constructor(message: string, hint: string) {
    super('CAPTURE', message, { hint })
  }
}

/** How many processes the kernel has ended for lack of memory since it started; 0 where it does not tell. */
export function outOfMemoryKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
