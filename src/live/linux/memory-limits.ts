import { readFileSync } from 'node:fs'
import { type ControlGroup, controlGroups } from './control-groups.js'
import { freeOwnMemory } from './own-limits.js'

/** Memory that a process can still allocate before the kernel ends a process for lack of memory, in bytes. */
export interface FreeMemory {
  readonly bytes: number
  /** What could be swapped out to make room: slow, but ends no process. */
  readonly swap: number
  /**
   * What limits it: the machine, a control group (a container's or service's limit), or the process's own limits
   * (`ulimit`).
   */
  readonly bound: 'machine' | 'cgroup' | 'ulimit'
  /** The control group's limit, if `bound` is one. */
  readonly limit?: number
  /** What happens when memory runs out: the kernel ends one process, all of the group, or none and all hang. */
  readonly whenPassed: 'ends one' | 'ends all' | 'hangs all'
}

/**
 * Reads the tightest memory limit of a process: its own limits, its control group, the enclosing groups, and the
 * machine. `undefined` when none can be read.
 */
export function freeMemory(pid: number): FreeMemory | undefined {
  const around = tightest(controlGroups(pid), machineMemory())
  const bytes = freeOwnMemory(pid)
  if (bytes === Number.POSITIVE_INFINITY || (around !== undefined && around.bytes <= bytes)) return around
  return { bytes, swap: 0, bound: 'ulimit', whenPassed: 'ends one' }
}

/** Free memory of the machine, and what it could swap out. Bytes. */
export interface MachineMemory {
  readonly available: number
  readonly swap: number
}

/** `undefined` when the machine does not report it. */
export function machineMemory(): MachineMemory | undefined {
  let text: string
  try {
    text = readFileSync('/proc/meminfo', 'utf8')
  } catch {
    return undefined
  }
  const bytes = (field: string): number | undefined => {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return found === undefined ? undefined : Number(found) * 1024
  }
  const available = bytes('MemAvailable')
  return available === undefined ? undefined : { available, swap: bytes('SwapFree') ?? 0 }
}

/** The tightest limit. Exported for tests with made-up groups. */
export function tightest(groups: readonly ControlGroup[], machine: MachineMemory | undefined): FreeMemory | undefined {
  const swapLeft = machine?.swap ?? 0
  const bounds = groups.flatMap(({ limit, used, swap, hangsAll }, place): FreeMemory[] => {
    if (limit === undefined) return []
    // When memory runs out here, the process ends with the outermost group inside this one that has `memory.oom.group`
    // set.
    const endsAll = groups.slice(0, place + 1).some(group => group.endsAll)
    return [
      {
        bytes: Math.max(0, limit - used),
        swap: Math.min(swap, swapLeft),
        bound: 'cgroup',
        limit,
        whenPassed: hangsAll ? 'hangs all' : endsAll ? 'ends all' : 'ends one',
      },
    ]
  })
  if (machine !== undefined) {
    const endsAll = groups.some(group => group.endsAll)
    bounds.push({
      bytes: machine.available,
      swap: machine.swap,
      bound: 'machine',
      whenPassed: endsAll ? 'ends all' : 'ends one',
    })
  }
  return bounds.sort((a, b) => a.bytes - b.bytes)[0]
}
