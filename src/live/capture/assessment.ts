import { sized } from '../../units.js'
import type { FreeMemory } from '../linux/memory-limits.js'
import type { OwnGroup } from '../linux/own-group.js'
import { type CaptureMethod, type ExpectedCost, inChild, type Range } from './estimate.js'

/** What there is to pay a capture with. */
export interface Room {
  /** `undefined` where it cannot be read. */
  readonly memory: FreeMemory | undefined
  /** Where a child may be put, should that not do for it; `undefined` where nowhere. */
  readonly ownGroup: OwnGroup | undefined
  /** Free bytes where the file is to be written; `undefined` where that cannot be read. */
  readonly disk: number | undefined
}

/** `safe`: nothing speaks against it; `risky`: it may go wrong; `refused`: not without `--force`. */
export type Safety = 'safe' | 'risky' | 'refused'

export interface Reason {
  readonly verdict: Exclude<Safety, 'safe'>
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

export interface Assessment {
  readonly verdict: Safety
  /** Why it is not safe, the gravest first. */
  readonly reasons: readonly Reason[]
  /** Whether it is safer, or possible at all, with the child put into our own control group. */
  readonly copyMoves: boolean
}

/** Whether a capture is safe for the target, by what it costs and what there is. */
export function assess(way: CaptureMethod, cost: ExpectedCost, room: Room): Assessment {
  const inside = memoryReasons(way, cost, room.memory)
  const outside = inChild(way) ? reasonsOutside(cost, room) : undefined
  // Where both are a risk: inside a child that lacks memory is ended for certain, and with it the capture.
  const copyMoves =
    outside !== undefined &&
    (gravity(outside) < gravity(inside) || (gravity(outside) < GRAVITY.refused && lacks(cost, room.memory!)))
  const reasons = [...(copyMoves ? outside : inside), ...diskReasons(cost, room.disk)]
  reasons.sort((a, b) => GRAVITY[b.verdict] - GRAVITY[a.verdict])
  return { verdict: reasons[0]?.verdict ?? 'safe', reasons, copyMoves }
}

const GRAVITY = { safe: 0, risky: 1, refused: 2 }

const gravity = (reasons: readonly Reason[]): number => Math.max(0, ...reasons.map(({ verdict }) => GRAVITY[verdict]))

const neededBy = ({ targetMemory, childMemory }: ExpectedCost): Range => ({
  likely: targetMemory.likely + childMemory.likely,
  worst: targetMemory.worst + childMemory.worst,
})

const lacks = (cost: ExpectedCost, { bytes, swap }: FreeMemory): boolean => neededBy(cost).likely > bytes + swap

const LEAVES: Readonly<Record<FreeMemory['bound'], string>> = {
  ulimit: 'its own limits (ulimit) leave it',
  cgroup: 'its control group (container) leaves it',
  machine: 'the machine has',
}

function memoryReasons(way: CaptureMethod, cost: ExpectedCost, memory: FreeMemory | undefined): Reason[] {
  const need = neededBy(cost)
  if (memory === undefined) {
    const message = `a capture may need ${sized(need.likely)} more memory; how much there is could not be read`
    return [{ verdict: 'risky', message }]
  }
  return shortage('a capture', need, memory, {
    where: LEAVES[memory.bound],
    consequence: consequence(way, memory),
    // Only where a limit of the group's own is met and one process is ended for it, is that process surely our child: it offers itself
    // first (oom_score_adj). Limits of the process hold for its child by itself. Where the whole machine runs short, everybody on it
    // suffers before anything is ended.
    harmless: inChild(way) && memory.bound !== 'machine' && memory.whenPassed === 'ends one',
  })
}

// The child in our own control group: what is kept twice is counted in the target's still, where the child cannot be ended for it by the
// kernel any more. We end it ourselves when room gets short there (see `captureByFork`), which a burst of writes could outrun.
function reasonsOutside(cost: ExpectedCost, { memory, ownGroup }: Room): Reason[] | undefined {
  if (memory?.bound !== 'cgroup' || ownGroup === undefined) return undefined
  const { childMemory, keptTwice } = cost
  const built: Range = { likely: childMemory.likely - keptTwice.likely, worst: childMemory.worst - keptTwice.worst }
  const { bound, whenPassed } = ownGroup.memory
  return [
    ...shortage(
      "the child is put into leakscope's own control group; what the process writes to meanwhile",
      keptTwice,
      memory,
      {
        where: 'its control group (container) leaves it',
        consequence: ': the child is ended when memory gets short; a process that fills it at once could be killed',
        harmless: false,
      },
    ),
    ...shortage('the child', built, ownGroup.memory, {
      where: bound === 'cgroup' ? "leakscope's own control group leaves it" : 'the machine has',
      consequence:
        bound === 'cgroup'
          ? `: ${whenPassed === 'ends one' ? 'the child' : 'leakscope'} could be ended before it is done; the process itself would go on`
          : consequence('fork', ownGroup.memory),
      harmless: bound === 'cgroup',
    }),
  ]
}

interface Shortage {
  /** Who has how much: `the machine has`. */
  readonly where: string
  /** What may come of it: `: the process could be killed`. */
  readonly consequence: string
  /** Whether that is nothing worse than that there is no snapshot. */
  readonly harmless: boolean
}

function shortage(who: string, need: Range, memory: FreeMemory, { where, consequence, harmless }: Shortage): Reason[] {
  const has = `${where} ${sized(memory.bytes)}`
  if (need.worst <= memory.bytes) return []
  if (need.likely <= memory.bytes) {
    return [
      { verdict: 'risky', message: `${who} could need up to ${sized(need.worst)} more memory, ${has}${consequence}` },
    ]
  }
  const message = `${who} would likely need ${sized(need.likely)} more memory, ${has}`
  if (need.likely <= memory.bytes + memory.swap) {
    return [{ verdict: 'risky', message: `${message}: it would be swapped, and everything slow meanwhile` }]
  }
  return [
    {
      verdict: harmless ? 'risky' : 'refused',
      message: `${message}${consequence}`,
      hint: 'Give it more memory, choose an instance with a smaller heap, or take the risk with --force.',
    },
  ]
}

function consequence(way: CaptureMethod, { bound, whenPassed }: FreeMemory): string {
  if (whenPassed === 'hangs all') return ': all of the group would stand still for good (oom_kill_disable)'
  if (whenPassed === 'ends all') return ': all of the group could be killed at once (memory.oom.group)'
  if (!inChild(way)) return bound === 'ulimit' ? ': the process would abort' : ': the process could be killed'
  return bound === 'machine'
    ? ': the machine could run short, where the capture is the first to be killed'
    : ': the capture could be killed before it is done; the process itself would go on'
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
