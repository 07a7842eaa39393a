import { sized } from '../../units.js'
import type { FreeMemory } from '../linux/memory-limits.js'
import type { OwnGroup } from '../linux/own-group.js'
import { type CaptureMethod, type ExpectedCost, inChild, type Range } from './estimate.js'

/** The resources available for a capture. */
export interface Room {
  /** `undefined` if unknown. */
  readonly memory: FreeMemory | undefined
  /** Another control group for the child, if that memory is not enough; `undefined` if there is none. */
  readonly ownGroup: OwnGroup | undefined
  /** Free bytes on the disk of the file; `undefined` if unknown. */
  readonly disk: number | undefined
}

/** `safe`; `risky`: it may go wrong; `refused`: only with `--force`. */
export type Safety = 'safe' | 'risky' | 'refused'

export interface Reason {
  readonly verdict: Exclude<Safety, 'safe'>
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

export interface Assessment {
  readonly verdict: Safety
  /** Why it is not safe, most serious first. */
  readonly reasons: readonly Reason[]
  /** Whether it is safer, or only possible, with the child in our own control group. */
  readonly copyMoves: boolean
}

/** Whether a capture is safe for the target, from its cost and the available resources. */
export function assess(way: CaptureMethod, cost: ExpectedCost, room: Room): Assessment {
  const inside = memoryReasons(way, cost, room.memory)
  const outside = inChild(way) ? reasonsOutside(cost, room) : undefined
  // If both are risky: in the target's group, a child that lacks memory is certainly killed, and the capture fails.
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
    // At a group's own limit where one process is killed, that is certainly our child (oom_score_adj). Limits of the
    // process apply to the child separately. If the whole machine runs short, everything suffers before a process is
    // killed.
    harmless: inChild(way) && memory.bound !== 'machine' && memory.whenPassed === 'ends one',
  })
}

// With the child in our own control group, copied pages still count in the target's, where the kernel can no longer
// kill the child for them. We end it when memory gets short there (see `captureByFork`), but a burst of writes could be
// faster.
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
  /** Where the memory is: `the machine has`. */
  readonly where: string
  /** The possible consequence: `: the process could be killed`. */
  readonly consequence: string
  /** Whether the worst case is only a missing snapshot. */
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
