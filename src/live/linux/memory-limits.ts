import { readFileSync } from 'node:fs'
import { type ControlGroup, controlGroups } from './control-groups.js'
import { freeOwnMemory } from './own-limits.js'

/** Memory a process can still get before something is ended for the lack of it, in bytes. */
export interface FreeMemory {
  readonly bytes: number
  /** What could be swapped out to make room for more, which makes everything slow and ends nothing. */
  readonly swap: number
  /** What sets that bound: the machine, a control group (a container's limit, a service's), or the process' own limits (`ulimit`). */
  readonly bound: 'machine' | 'cgroup' | 'ulimit'
  /** Where it is a control group: its limit. */
  readonly limit?: number
  /** What happens when it runs out: the kernel ends one process, every one of the group, or none and all hang. */
  readonly whenPassed: 'ends one' | 'ends all' | 'hangs all'
}

/**
 * Reads the tightest bound on a process: its own limits, its control group, those around it, and the machine. `undefined` where none can
 * be read.
 */
export function freeMemory(pid: number): FreeMemory | undefined {
  const around = tightest(controlGroups(pid), machineMemory())
  const bytes = freeOwnMemory(pid)
  if (bytes === Number.POSITIVE_INFINITY || (around !== undefined && around.bytes <= bytes)) return around
  return { bytes, swap: 0, bound: 'ulimit', whenPassed: 'ends one' }
}

/** What the machine has left, and what it could swap out. */
export interface MachineMemory {
  readonly available: number
  readonly swap: number
}

/** `undefined` where the machine does not tell. */
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

/** The bound that is met first. Exported for tests that draw groups. */
export function tightest(groups: readonly ControlGroup[], machine: MachineMemory | undefined): FreeMemory | undefined {
  const swapLeft = machine?.swap ?? 0
  const bounds = groups.flatMap(({ limit, used, swap, hangsAll }, place): FreeMemory[] => {
    if (limit === undefined) return []
    // When memory runs out here, the process is ended with the topmost group within this one that wants to go as a whole.
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
