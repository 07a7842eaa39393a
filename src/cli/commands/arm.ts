import { Command, InvalidArgumentError } from 'commander'
import { capturesOf } from '../../captures.js'
import { LeakscopeError } from '../../errors.js'
import { armHeapLimit, type HeapLimitArm, heapLimitArm } from '../../live/arm/heap-limit.js'
import { lastMoment } from '../../live/arm/last-moment.js'
import { type Fill, fillOf, watchFill } from '../../live/arm/watch.js'
import { announceWatch, endWatch } from '../../live/arm/watchers.js'
import type { Target } from '../../live/attach.js'
import { canary } from '../../live/canary.js'
import { captureCost } from '../../live/capture/estimate.js'
import { freeMemory } from '../../live/linux/memory-limits.js'
import type { Report } from '../../report/report.js'
import { sized } from '../../units.js'
import { type AnswerOptions, answer, tellNotes, withAnswerOptions } from '../answer.js'
import { targetFacts } from '../answering.js'
import { costNotes } from '../cost-notes.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import { type ShownTask, shownTask } from '../progress.js'
import { chooseTarget, withTarget } from '../targets.js'

interface Options extends AnswerOptions {
  readonly watch?: boolean
  readonly at?: number
}

/** `leakscope arm`: a snapshot shortly before the process runs out of memory. */
export function armCommand(io: Io, started: readonly string[] | undefined): Command {
  const command = new Command('arm')
    .description('Make a running process write a snapshot shortly before it runs out of heap. Needs nobody afterwards.')
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('--watch', 'stay, and capture before its container (control group) kills it')
    .option(
      '--at <percent>',
      'how full the control group has to be for that (default: 50 to 80, as late as the capture still fits)',
      parsePercent,
    )
  return withAnswerOptions(command).action(async (word: string | undefined, options: Options) => {
    const task = shownTask(io, options.quiet)
    try {
      const spec = await chooseTarget(word, started, io)
      const { armed, pid, facts } = await withTarget(spec, task, async target => ({
        armed: await armHeapLimit(target),
        pid: target.pid,
        facts: targetFacts(target),
      }))
      task.clear()
      await answer(armReport(armed, pid), { command: 'arm', target: facts, heaps: [] }, options, io)
      if (options.watch === true) await watch(pid, armed.heapUsed, options, task, io)
    } finally {
      task.clear()
    }
  })
}

/** `leakscope disarm`: ends a watch, and says what cannot be taken back. */
export function disarmCommand(io: Io, started: readonly string[] | undefined): Command {
  const command = new Command('disarm')
    .description('End the watch of `arm --watch`, and tell what is left of `arm`.')
    .argument('[target]', 'a pid, host:port or ws://…')
  return withAnswerOptions(command).action(async (word: string | undefined, options: AnswerOptions) => {
    const task = shownTask(io, options.quiet)
    try {
      const spec = await chooseTarget(word, started, io)
      const { arm, ended, name, facts } = await withTarget(spec, task, async target => ({
        arm: await heapLimitArm(target),
        ended: target.pid !== null && (await endWatch(target.pid)),
        name: target.name,
        facts: targetFacts(target),
      }))
      task.clear()
      const left = leftOf(arm, name)
      const headline = ended ? `the watch over ${name} has ended` : `${name} was not watched`
      const report: Report = {
        title: 'Disarm',
        headline,
        sections: [],
        notes: left === undefined ? [] : [left],
        findings: { watched: ended, armed: arm.by !== 'nobody', ...place(arm) },
      }
      await answer(report, { command: 'disarm', target: facts, heaps: [] }, options, io)
    } finally {
      task.clear()
    }
  })
}

const place = ({ folder, file, heapUsed, heapLimit }: HeapLimitArm): Record<string, unknown> => ({
  folder,
  file,
  heapUsed,
  heapLimit,
})

function leftOf({ by, folder, file }: HeapLimitArm, name: string): string | undefined {
  if (by === 'nobody') return undefined
  const why =
    by === 'leakscope'
      ? 'Node.js has no call that takes back what arm told it'
      : 'it was started with --heapsnapshot-near-heap-limit'
  return `Should its heap run full, ${name} still writes ${folder}/${file}: ${why}. It ends with the process.`
}

function armReport(armed: HeapLimitArm, pid: number | null): Report {
  const { by, folder, file, heapUsed, heapLimit, writable } = armed
  const who = by === 'command line' ? 'was armed from its start (--heapsnapshot-near-heap-limit)' : 'is armed'
  const notes: string[] = []
  if (!writable) notes.push(`The process may not write to ${folder}: no snapshot will come of it.`)
  const cost = captureCost('file', { heapUsed: heapLimit, rss: 0, nodeVersion: '' })
  const free = pid === null || process.platform !== 'linux' ? undefined : freeMemory(pid)
  const needed = heapLimit - heapUsed + cost.targetMemory.likely
  if (free !== undefined && free.bytes < needed) {
    const whose = free.bound === 'cgroup' ? 'its control group (container)' : 'the machine'
    notes.push(
      `A full heap and its snapshot need about ${sized(needed)} more, ${whose} has ${sized(free.bytes)}: Node.js then writes none, or the process is killed before${
        free.bound === 'cgroup' ? '; --watch captures in time.' : '.'
      }`,
    )
  }
  return {
    title: 'Arm',
    headline: `${pid === null ? 'the process' : `process ${pid}`} ${who}: once its heap (${sized(heapUsed)} now) comes near ${sized(heapLimit)}, it writes ${folder}/${file}`,
    sections: [],
    notes,
    findings: { armed: true, by, ...place(armed), writable },
  }
}

async function watch(pid: number | null, heapUsed: number, options: Options, task: ShownTask, io: Io): Promise<void> {
  if (pid === null || process.platform !== 'linux') {
    throw new LeakscopeError('UNSUPPORTED', 'only a process of this machine can be watched, and only on Linux', {
      hint: 'Run leakscope where the process runs.',
    })
  }
  using watcher = await announceWatch(pid)
  const at = shareToWaitFor(pid, heapUsed, options, io)
  const signal = AbortSignal.any([task.signal, watcher.over])
  const fill = await watchFill(pid, {
    at,
    signal,
    seen: ({ used, limit }) => task.progress(`watching: ${sized(used)} of ${sized(limit)}`, used / limit),
  }).catch(error => {
    if (watcher.over.aborted) return undefined
    throw error
  })
  if (fill === undefined) {
    task.clear()
    if (!options.quiet) tellNotes([(watcher.over.reason as Error).message], io)
    return
  }
  const notes = await withTarget({ kind: 'pid', pid }, task, target => captureNow(target, fill, task, io))
  if (!options.quiet) tellNotes(notes, io)
}

function shareToWaitFor(pid: number, heapUsed: number, { at, quiet }: Options, io: Io): number {
  const fill = fillOf(pid)
  const moment = fill === undefined ? undefined : lastMoment(fill, heapUsed)
  const share = at === undefined ? (moment?.at ?? 0.8) : at / 100
  if (fill !== undefined && !quiet) {
    const full = `${Math.round(share * 100)} % of ${sized(fill.limit)} (${sized(fill.used)} now)`
    const doubt =
      moment?.fits && share <= moment.at
        ? ''
        : '; a copy of the process then likely needs more than is left: should the kernel end it, the process goes on without a snapshot'
    tellNotes([`Watching for ${full}${doubt}. Ctrl-C or \`leakscope disarm ${pid}\` ends it.`], io)
  }
  return share
}

async function captureNow(target: Target, { used, limit }: Fill, task: ShownTask, io: Io): Promise<string[]> {
  const captures = capturesOf(target, await canary(target), snapshotFolder(io))
  const { path, cost } = await captures.take(task)
  task.clear()
  io.stdout.write(`${path}\n`)
  const now = fillOf(target.pid!)
  const after = now === undefined ? '' : `, and ${sized(now.used)} after`
  return [`its control group held ${sized(used)} of ${sized(limit)} before${after}`, ...costNotes(path, cost, io)]
}

function parsePercent(text: string): number {
  const percent = Number(/^(\d{1,2}(?:\.\d+)?)%?$/.exec(text)?.[1])
  if (percent > 0) return percent
  throw new InvalidArgumentError('Give a share of 100, as in --at 80.')
}
