import { controlGroups } from '../../linux/control-groups.js'
import { NoMemory } from './out-of-memory.js'

/** Watches the free memory of a target's control groups, until disposed. */
export interface RoomWatch extends Disposable {
  /** Aborted when a control group of the target is nearly full. The reason has the code CAPTURE. */
  readonly short: AbortSignal
}

/**
 * Watches the control groups of a target whose forked child counts elsewhere: pages that the target writes to meanwhile
 * are copied there, and the kernel cannot kill the child for the memory of another group. About 0.2 ms per check.
 */
export function watchRoom(pid: number, name: string): RoomWatch {
  const short = new AbortController()
  const look = (): void => {
    const full = controlGroups(pid).find(({ limit, used }) => limit !== undefined && limit - used < limit * KEPT_FREE)
    if (full === undefined) return
    short.abort(
      new NoMemory(
        `the control group of ${name} is nearly full, so its child was ended`,
        'Capture when the process writes less to its memory, or give it more.',
      ),
    )
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return { short: short.signal, [Symbol.dispose]: () => clearInterval(timer) }
}

// Even a process that writes a gigabyte per second copies little between two checks.
const LOOK_EVERY_MS = 20
const KEPT_FREE = 1 / 16
