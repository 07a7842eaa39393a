import type { HeapLimitArm } from '../live/arm/heap-limit.js'
import type { WatchEnd } from '../live/arm/watchers.js'
import { graphMemory } from '../live/capture/estimate.js'
import { type FreeMemory, freeMemory } from '../live/linux/memory-limits.js'
import type { Report } from '../report/report.js'
import { sized } from '../units.js'

/** The report of `arm`: what the process will do when its heap is nearly full, and what may prevent it. */
export function armReport(armed: HeapLimitArm, pid: number | null): Report {
  const { by, folder, file, heapUsed, heapLimit, writable } = armed
  const who = by === 'command line' ? 'was armed at its start (--heapsnapshot-near-heap-limit)' : 'is armed'
  const notes: string[] = []
  if (!writable) notes.push(`The process may not write to ${folder}, so it cannot write a snapshot.`)
  const free = pid === null || process.platform !== 'linux' ? undefined : freeMemory(pid)
  const needed = heapLimit - heapUsed + graphMemory(heapLimit).likely
  if (free !== undefined && free.bytes < needed) {
    const whose = WHOSE[free.bound]
    notes.push(
      `A full heap and its snapshot would need about ${sized(needed)} more, and ${whose} has ${sized(free.bytes)}: Node.js would write no snapshot, or the process would be killed first${
        free.bound === 'cgroup' ? '; --watch captures earlier, if the forked child still fits.' : '.'
      }`,
    )
  }
  return {
    title: 'Arm',
    headline: `${pid === null ? 'the process' : `process ${pid}`} ${who}: once its heap (${sized(heapUsed)} now) comes near ${sized(heapLimit)}, it tries to write ${folder}/${file}`,
    sections: [],
    notes,
    findings: { armed: true, by, ...place(armed), writable },
  }
}

/** The report of `disarm`: what it ended, and what cannot be undone. */
export function disarmReport(arm: HeapLimitArm, name: string, watch: WatchEnd): Report {
  const left = leftOf(arm, name)
  return {
    title: 'Disarm',
    headline: watchHeadline(watch, name),
    sections: [],
    notes: left === undefined ? [] : [left],
    findings: { watched: watch !== 'none', armed: arm.by !== 'nobody', ...place(arm) },
  }
}

/** A sentence on how the watch of a process ended. */
export const watchHeadline = (watch: WatchEnd, name: string): string => HEADLINES[watch](name)

const HEADLINES: Readonly<Record<WatchEnd, (name: string) => string>> = {
  none: name => `${name} was not watched`,
  ended: name => `the watch over ${name} has ended`,
  silent: name => `the watch over ${name} was asked to end and did not answer: its leakscope seems to be stopped`,
}

function leftOf({ by, folder, file }: HeapLimitArm, name: string): string | undefined {
  if (by === 'nobody') return undefined
  const why =
    by === 'leakscope'
      ? 'Node.js has no call to undo what arm set'
      : 'it was started with --heapsnapshot-near-heap-limit'
  return `Should its heap run full, ${name} still writes ${folder}/${file}: ${why}. It ends with the process.`
}

const place = ({ folder, file, heapUsed, heapLimit }: HeapLimitArm): Record<string, unknown> => ({
  folder,
  file,
  heapUsed,
  heapLimit,
})

const WHOSE: Readonly<Record<FreeMemory['bound'], string>> = {
  ulimit: 'its own limits (ulimit)',
  cgroup: 'its control group (container)',
  machine: 'the machine',
}
