import { readFileSync } from 'node:fs'

/** How many processes the kernel has ended for lack of memory since it started; 0 where it does not tell. */
export function outOfMemoryKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
