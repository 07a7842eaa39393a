import { readlinkSync, statSync } from 'node:fs'
import { processFacts } from '../../linux/facts.js'
import { read } from '../../linux/read.js'
import { unacceptable } from '../../protocol/schema.js'

/** A process that was found to be what the target calls its child. */
export interface ForkedChild {
  readonly pid: number
  /** With the pid it names the process for good. */
  readonly startTicks: number
}

/** The clock that the start of processes is counted by, at this moment; for `acceptChild`. */
export function now(): number {
  return Math.floor(Number.parseFloat(read('/proc/uptime') ?? '0') * TICKS_PER_SECOND)
}

/**
 * The process that a target says it has forked, if the kernel bears it out: of the same user and group, in the same pid namespace, of the
 * same executable, and started no earlier than it was asked to. A target may name any process of the machine; what is read from a child,
 * and done to it, must not be done to that. `undefined` where there is no such process (any more). Errors: ATTACH where it is another.
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

/** Whether it is still the same process: a pid is used again. */
export function isSame({ pid, startTicks }: ForkedChild): boolean {
  return processFacts(pid)?.startTicks === startTicks
}

/** Ends a child, if it is still there. (Node.js has no call by which a signal could be sent to a process instead of to a number.) */
export function killChild(child: ForkedChild): void {
  if (!isSame(child)) return
  try {
    process.kill(child.pid, 'SIGKILL')
  } catch {
    // It ended at this moment.
  }
}

const TICKS_PER_SECOND = 100

// `undefined` for a process that has ended, which has no program any more.
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
