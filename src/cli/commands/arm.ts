import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { capturesOf } from '../../acquire/captures.js'
import { LeakscopeError } from '../../errors.js'
import { type Fill, fillOf } from '../../live/arm/fill.js'
import { armHeapLimit } from '../../live/arm/heap-limit.js'
import { lastMoment } from '../../live/arm/last-moment.js'
import { unlimited, watchFill } from '../../live/arm/watch.js'
import { announceWatch } from '../../live/arm/watchers.js'
import type { Target } from '../../live/attach/attach.js'
import { canary } from '../../live/canary.js'
import { methodObstacle } from '../../live/capture/method-obstacle.js'
import { processFacts } from '../../live/linux/facts.js'
import { ownGroupFor } from '../../live/linux/own-group.js'
import { sized } from '../../units.js'
import { type AnswerOptions, answer, withAnswerOptions, writeNotes } from '../answer.js'
import { targetFacts } from '../answering.js'
import { armReport } from '../arm-report.js'
import type { Context, ContextWith } from '../context.js'
import { costNotes } from '../cost-notes.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io } from '../io.js'
import { type ShownTask, shownTask } from '../progress.js'
import { chooseRunning, withTarget } from '../targets.js'

interface Options extends AnswerOptions {
  readonly watch?: boolean
  readonly at?: number
}

/** `leakscope arm`: a snapshot shortly before the process runs out of memory. */
export function armCommand(io: Io, started: readonly string[] | undefined): Command {
  const command = new Command('arm')
    .description(
      'Make a running process write a snapshot shortly before it runs out of heap. leakscope need not keep running.',
    )
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('--watch', 'keep running, and capture before its container (control group) kills it')
    .option(
      '--at <percent>',
      'how full the control group has to be for that (default: 50 to 80, as late as the capture still fits)',
      parsePercent,
    )
  return withAnswerOptions(command).action(async (arg: string | undefined, options: Options) => {
    const task = shownTask(io, options.quiet)
    const context = { io, task, options }
    if (options.at !== undefined && options.watch !== true) {
      throw new LeakscopeError('USAGE', '--at says when a watch captures', { hint: 'Give --watch, too.' })
    }
    try {
      const spec = await chooseRunning(arg, started, io)
      const { armed, pid, facts } = await withTarget(spec, context, async target => {
        // Arming cannot be undone, so a process that cannot be watched is not armed either.
        if (options.watch === true) refuseUnlessForks(watched(target.pid).pid, io)
        return { armed: await armHeapLimit(target), pid: target.pid, facts: targetFacts(target) }
      })
      task.clear()
      await answer(armReport(armed, pid), { command: 'arm', target: facts, heaps: [] }, { options, io })
      if (options.watch === true) await watch(pid, armed.heapUsed, context)
    } finally {
      task.clear()
    }
  })
}

/** The limit of a process that can be watched. Errors: UNSUPPORTED. */
function watched(pid: number | null): { pid: number; fill: Fill } {
  if (pid === null || process.platform !== 'linux') {
    throw new LeakscopeError('UNSUPPORTED', 'only a local process can be watched, and only on Linux', {
      hint: 'Run leakscope where the process runs.',
    })
  }
  const fill = fillOf(pid)
  if (fill === undefined) throw unlimited(pid)
  return { pid, fill }
}

/** Errors: UNSUPPORTED if a capture by fork is known to fail. */
function refuseUnlessForks(pid: number, io: Io): void {
  const facts = processFacts(pid)
  const why = facts && methodObstacle('fork', facts, join(snapshotFolder(io), 'x.heapsnapshot'))
  if (why === undefined) return
  throw new LeakscopeError('UNSUPPORTED', `process ${pid} cannot be captured by fork, which a watch needs: ${why}`, {
    hint: 'Arm it without --watch: it then writes a snapshot shortly before its heap is full.',
  })
}

async function watch(target: number | null, heapUsed: number, context: ContextWith<Options, ShownTask>): Promise<void> {
  const { options, task, io } = context
  const { pid, fill: now } = watched(target)
  using watcher = await announceWatch(pid)
  const at = shareToWaitFor(pid, now, heapUsed, options, io)
  const signal = AbortSignal.any([task.signal, watcher.over])
  const fill = await watchFill(pid, {
    at,
    // Seconds of reserve, since attaching takes a second or two, more on a busy machine. An explicit --at is used
    // exactly.
    ahead: options.at === undefined ? 10 : 0,
    signal,
    seen: ({ used, limit }) => task.progress(`watching: ${sized(used)} of ${sized(limit)}`, used / limit),
  }).catch(error => {
    if (watcher.over.aborted) return undefined
    throw error
  })
  if (fill === undefined) {
    task.clear()
    if (!options.quiet) writeNotes([(watcher.over.reason as Error).message], io)
    return
  }
  const notes = await withTarget({ kind: 'pid', pid }, context, target => captureNow(target, fill, context))
  if (!options.quiet) writeNotes(notes, io)
}

function shareToWaitFor(pid: number, fill: Fill, heapUsed: number, { at, quiet }: Options, io: Io): number {
  const moment = lastMoment(fill, heapUsed, ownGroupFor(pid)?.memory)
  const share = at === undefined ? moment.at : at / 100
  if (!quiet) {
    const full = `${Math.round(share * 100)} % of ${sized(fill.limit)} (${sized(fill.used)} now)`
    const doubt =
      moment.fits && share <= moment.at
        ? ''
        : '; the forked child then likely needs more memory than is left. If the kernel ends it, the process continues without a snapshot'
    writeNotes([`Watching for ${full}${doubt}. Ctrl-C or \`leakscope disarm ${pid}\` ends it.`], io)
  }
  return share
}

async function captureNow(target: Target, { used, limit }: Fill, { task, io }: Context<ShownTask>): Promise<string[]> {
  const captures = capturesOf(target, await canary(target), snapshotFolder(io))
  // A process that fills its group is killed soon. Its forked child survives it and delivers its last heap. A child
  // that reads memory needs a second; if that is not possible, V8 writes in another child.
  const { path, cost } = await captures
    .take(task, { way: 'memory', force: true })
    .catch(error => captures.take(unlessCalledOff(error, task), { way: 'fork', force: true }))
  task.clear()
  io.stdout.write(`${path}\n`)
  const now = fillOf(target.pid!)
  const after = now === undefined ? '' : `, and ${sized(now.used)} after`
  return [`its control group held ${sized(used)} of ${sized(limit)} before${after}`, ...costNotes(path, cost, io)]
}

function unlessCalledOff(error: unknown, task: ShownTask): ShownTask {
  if (task.signal.aborted || !(error instanceof LeakscopeError) || error.code === 'TARGET_GONE') throw error
  return task
}

function parsePercent(text: string): number {
  const percent = Number(/^(\d{1,2}(?:\.\d+)?)%?$/.exec(text)?.[1])
  if (percent > 0) return percent
  throw new InvalidArgumentError('Give a share of 100, as in --at 80.')
}
