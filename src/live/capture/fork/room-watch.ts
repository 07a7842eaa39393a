import { controlGroups } from '../../linux/control-groups.js'
import { NoMemory } from './out-of-memory.js'

/** Tells when room gets short where a target lives, until it is disposed of. */
export interface RoomWatch extends Disposable {
  /** Aborted when a control group of the target is nearly full. The reason carries CAPTURE. */
  readonly short: AbortSignal
}

/**
 * Watches the control groups of a target whose copy is counted elsewhere: pages that the target writes to meanwhile are there twice,
 * and the child, which the kernel would end first for the lack of memory, cannot be ended for that of another group. About 0.2 ms a look.
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

// What a process that writes to all of its memory, a gigabyte a second, can have twice between two looks is well below that of most.
const LOOK_EVERY_MS = 20
const KEPT_FREE = 1 / 16
