import { readlinkSync, statSync } from 'node:fs'
import { processFacts } from '../../linux/facts.js'
import { read } from '../../linux/read.js'
import { unacceptable } from '../../protocol/schema.js'

/** A process verified to be the target's forked child. */
export interface ForkedChild {
  readonly pid: number
  /** Identifies the process together with its pid. */
  readonly startTicks: number
}

/** The current time on the clock of process start times; for `acceptChild`. */
export function now(): number {
  return Math.floor(Number.parseFloat(read('/proc/uptime') ?? '0') * TICKS_PER_SECOND)
}

/**
 * Verifies with the kernel that a process is a target's forked child: same user and group, same pid namespace, same
 * executable, and started after the request. A hostile target may name any process of the machine, which must not be
 * read or signalled like a child. `undefined` if there is no such process (any more). Errors: ATTACH if it is another
 * process.
 */
export function acceptChild(pid: number, target: number, since: number): ForkedChild | undefined {
  const facts = processFacts(pid)
  const [child, parent] = [identity(pid), identity(target)]
  if (facts === undefined || child === undefined || parent === undefined) return undefined
  const why =
    pid === target || pid === process.pid
      ? 'is not a child of any process here'
      : child.users !== parent.users
        ? 'belongs to another user'
        : child.namespace !== parent.namespace
          ? 'lives in another pid namespace'
          : child.program !== parent.program
            ? 'runs another program'
            : facts.startTicks < since
              ? 'was there before'
              : undefined
  if (why !== undefined)
    throw unacceptable(`fork by process ${target}`, `process ${pid}, which it calls its child, ${why}`)
  return { pid, startTicks: facts.startTicks }
}

/** Whether it is still the same process, since pids are reused. */
export function isSame({ pid, startTicks }: ForkedChild): boolean {
  return processFacts(pid)?.startTicks === startTicks
}

/** Kills a child if it still exists. (Node.js cannot send a signal through a pidfd.) */
export function killChild(child: ForkedChild): void {
  if (!isSame(child)) return
  try {
    process.kill(child.pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}

const TICKS_PER_SECOND = 100

// `undefined` for a process that has ended.
function identity(pid: number): { users: string; namespace: string; program: string } | undefined {
  try {
    const { dev, ino } = statSync(`/proc/${pid}/exe`)
    const status = read(`/proc/${pid}/status`) ?? ''
    return {
      users: (status.match(/^[UG]id:.*$/gm) ?? []).join(' '),
      namespace: readlinkSync(`/proc/${pid}/ns/pid`),
      program: `${dev}:${ino}`,
    }
  } catch {
    return undefined
  }
}
