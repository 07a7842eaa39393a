import { sized } from '../../units.js'
import type { FreeMemory } from '../linux/memory-limits.js'
import type { ExpectedCost, Way } from './estimate.js'

/** What there is to pay a capture with. */
export interface Room {
  /** `undefined` where it cannot be read. */
  readonly memory: FreeMemory | undefined
  /** Free bytes where the file is to be written; `undefined` where that cannot be read. */
  readonly disk: number | undefined
}

/** `safe`: nothing speaks against it; `risky`: it may go wrong; `refused`: not without `--force`. */
export type Verdict = 'safe' | 'risky' | 'refused'

export interface Reason {
  readonly verdict: Exclude<Verdict, 'safe'>
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

export interface Judgement {
  readonly verdict: Verdict
  /** Why it is not safe, the gravest first. */
  readonly reasons: readonly Reason[]
}

/** Whether a capture is safe for the target, by what it costs and what there is. */
export function judge(way: Way, cost: ExpectedCost, room: Room): Judgement {
  const reasons = [...memoryReasons(way, cost, room.memory), ...diskReasons(cost, room.disk)]
  reasons.sort((a, b) => GRAVITY[b.verdict] - GRAVITY[a.verdict])
  return { verdict: reasons[0]?.verdict ?? 'safe', reasons }
}

const GRAVITY = { safe: 0, risky: 1, refused: 2 }

function memoryReasons(way: Way, cost: ExpectedCost, memory: FreeMemory | undefined): Reason[] {
  const likely = cost.targetMemory.likely + cost.childMemory.likely
  const worst = cost.targetMemory.worst + cost.childMemory.worst
  if (memory === undefined) {
    const message = `a capture may need ${sized(likely)} more memory; how much there is could not be read`
    return [{ verdict: 'risky', message }]
  }
  const has = `${memory.bound === 'cgroup' ? 'its control group (container) leaves it' : 'the machine has'} ${sized(memory.bytes)}`
  if (worst <= memory.bytes) return []
  if (likely <= memory.bytes) {
    const message = `a capture could need up to ${sized(worst)} more memory, ${has}${consequence(way, memory)}`
    return [{ verdict: 'risky', message }]
  }
  const message = `a capture would likely need ${sized(likely)} more memory, ${has}`
  if (likely <= memory.bytes + memory.swap) {
    return [{ verdict: 'risky', message: `${message}: it would be swapped, and everything slow meanwhile` }]
  }
  // Only where a limit of the group's own is met and one process is ended for it, is that process surely our child: it offers itself
  // first (oom_score_adj). Where the whole machine runs short, everybody on it suffers before anything is ended.
  const harmless = way === 'fork' && memory.bound === 'cgroup' && memory.whenPassed === 'ends one'
  return [
    {
      verdict: harmless ? 'risky' : 'refused',
      message: `${message}${consequence(way, memory)}`,
      hint: 'Give it more memory, choose an instance with a smaller heap, or take the risk with --force.',
    },
  ]
}

function consequence(way: Way, { bound, whenPassed }: FreeMemory): string {
  if (whenPassed === 'hangs all') return ': all of the group would stand still for good (oom_kill_disable)'
  if (whenPassed === 'ends all') return ': all of the group could be killed at once (memory.oom.group)'
  if (way !== 'fork') return ': the process could be killed'
  return bound === 'cgroup'
    ? ': the capture could be killed before it is done; the process itself would go on'
    : ': the machine could run short, where the capture is the first to be killed'
}

function diskReasons({ fileSize }: ExpectedCost, disk: number | undefined): Reason[] {
  if (disk === undefined || fileSize.worst <= disk) return []
  const message = (bytes: number, how: string): string =>
    `the snapshot ${how} ${sized(bytes)} on a disk with ${sized(disk)} free`
  if (fileSize.likely <= disk) return [{ verdict: 'risky', message: message(fileSize.worst, 'could take up to') }]
  return [
    {
      verdict: 'refused',
      message: message(fileSize.likely, 'would take about'),
      hint: 'Name a file on a larger disk with -o, or try with --force.',
    },
  ]
}
