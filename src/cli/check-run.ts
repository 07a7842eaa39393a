import { checkTargetOf } from '../acquire/check-target.js'
import type { HeldSnapshot } from '../acquire/held-snapshot.js'
import { sizeOf } from '../acquire/kept-snapshot.js'
import { type CheckResult, check, defaultMaxTime } from '../check/index.js'
import { type CheckPlan, mostRoundsOf, type WorkDone } from '../check/plan.js'
import { LeakscopeError } from '../errors.js'
import type { Target } from '../live/attach/attach.js'
import { cpuSeconds } from '../live/linux/facts.js'
import type { TargetSpec } from '../live/spec.js'
import { runLoad } from '../load/command-load.js'
import { type Answers, type HttpLoad, httpLoad } from '../load/http-load.js'
import { stage, type Task } from '../task.js'
import { heapFacts, targetFacts } from './answering.js'
import { canSave } from './can-save.js'
import { type CaptureFacts, captureFacts } from './capture-facts.js'
import type { CaptureChoice } from './capture-option.js'
import type { ContextWith } from './context.js'
import { type CaptureDone, seriesCostNotes } from './cost-notes.js'
import { snapshotFolder } from './heap-source.js'
import { otherHeaps } from './other-heaps.js'
import { withTarget } from './targets.js'

/** Options of a check besides its plan. */
export interface CheckRunOptions {
  readonly capture: CaptureChoice
  readonly force?: boolean
  readonly worker?: number
  /** False: no heap is written to disk. */
  readonly save?: boolean
  /** The number of measured rounds, if given: then no further rounds are added. */
  readonly rounds?: number
  /** Milliseconds after which it ends with the rounds it has. */
  readonly maxTime?: number
  readonly rate?: number
  readonly concurrency?: number
}

export type CheckContext = ContextWith<CheckRunOptions>

/** A completed leak check. Its heaps are not yet written: call `withFiles` or `withoutFiles`. */
export interface CheckRun {
  readonly result: CheckResult
  readonly target: ReturnType<typeof targetFacts>
  readonly work: WorkDone
  /** Latencies of the requests that leakscope made. */
  readonly answers?: { readonly inRounds: Answers; readonly whileCapturing: Answers }
  /** Seconds between two rounds. */
  readonly roundSeconds: number
  readonly heaps: readonly Record<string, unknown>[]
  readonly captures: readonly CaptureFacts[]
  readonly notes: readonly string[]
  /** The cost of each capture in words, with the path of its heap (`kept`) or without (`gone`). */
  readonly costs: { readonly kept: readonly string[]; readonly gone: readonly string[] }
  /** The heaps: unwritten, or in their folder after `withFiles`. */
  readonly snapshots: readonly HeldSnapshot[]
}

/**
 * Runs one leak check of a target, and releases it. The heaps of a failed check are removed. Errors: those of `check`
 * and of attaching.
 */
export async function runCheck(spec: TargetSpec, plan: CheckPlan, context: CheckContext): Promise<CheckRun> {
  const { options, io } = context
  const seen: Seen = { captures: [], snapshots: [], heaps: [] }
  const { save, note } = canSave(options, io)
  try {
    return await withTarget(
      spec,
      context,
      async target => {
        const others = otherHeaps(target)
        await using load = loadOf(plan, target, context)
        const start = { cpu: cpuOf(target), at: performance.now() }
        const result = await checked(target, plan, { ...context, options: { ...options, save } }, load, seen)
        const cpu = cpuOf(target)
        const answers =
          load.http === undefined
            ? {}
            : { answers: { inRounds: load.http.answers, whileCapturing: load.http.whileCapturing } }
        return {
          result,
          target: targetFacts(target),
          work: {
            seconds: (performance.now() - start.at) / 1000,
            cpuSeconds: cpu === null || start.cpu === null ? null : cpu - start.cpu,
            requests: load.http === undefined ? null : load.http.answers.requests - load.http.answers.lost,
          },
          ...answers,
          roundSeconds: roundSeconds(result),
          heaps: seen.heaps,
          captures: seen.captures.map(({ path, cost }) => captureFacts(path, cost, target)),
          notes: [...others, ...note],
          costs: {
            kept: seriesCostNotes(seen.captures, io, target),
            gone: seriesCostNotes(
              seen.captures.map(({ cost }) => ({ path: null, cost })),
              io,
              target,
            ),
          },
          snapshots: seen.snapshots,
        }
      },
      options.worker,
    )
  } catch (error) {
    forget(seen.snapshots)
    throw error
  }
}

/** Releases heaps without writing them. */
export function forget(snapshots: readonly HeldSnapshot[]): void {
  for (const snapshot of snapshots) snapshot.discard()
}

/** Releases the heaps of a run on dispose, unless `withFiles` has written them, for instance if the answer fails. */
export const unlessKept = ({ snapshots }: CheckRun): Disposable => ({
  [Symbol.dispose]() {
    for (const snapshot of snapshots) snapshot.letGo()
  },
})

/**
 * The run with its heaps written into their folder. If that fails or is interrupted, there are none, and a note says
 * why.
 */
export async function withFiles<Run extends CheckRun>(run: Run, task: Task): Promise<Run> {
  const { snapshots } = run
  try {
    for (const [at, snapshot] of snapshots.entries()) {
      await stage(task, `writing heap ${at + 1} of ${snapshots.length}`, at / snapshots.length)
      await snapshot.write(task)
    }
  } catch (error) {
    if (!task.signal.aborted && !(error instanceof LeakscopeError)) throw error
    const why = task.signal.aborted ? 'that was interrupted' : (error as Error).message
    const without = withoutFiles(run)
    return { ...without, notes: [...without.notes, `No heap is kept: ${why}.`] }
  }
  // Without a path (`--no-save`), the heap was not written.
  const fileSize = (path: unknown): number => (typeof path === 'string' ? sizeOf(path) : 0)
  return { ...run, heaps: run.heaps.map(heap => ({ ...heap, bytes: fileSize(heap.path) || heap.bytes })) }
}

/** The run without its heaps. */
export function withoutFiles<Run extends CheckRun>(run: Run): Run {
  forget(run.snapshots)
  return {
    ...run,
    snapshots: [],
    heaps: run.heaps.map(heap => ({ ...heap, path: null })),
    captures: run.captures.map(capture => ({ ...capture, path: null })),
    costs: { kept: run.costs.gone, gone: run.costs.gone },
  }
}

interface Seen {
  readonly captures: CaptureDone[]
  readonly snapshots: HeldSnapshot[]
  readonly heaps: Record<string, unknown>[]
}

interface Load extends AsyncDisposable {
  readonly http?: HttpLoad
  round?(round: number, signal: AbortSignal): Promise<void>
}

function loadOf(plan: CheckPlan, target: Target, { options, task, io }: CheckContext): Load {
  const { load: command, url, requests } = plan
  const http =
    url === null
      ? undefined
      : httpLoad({
          url,
          requests: requests ?? 200,
          rate: options.rate,
          concurrency: options.concurrency ?? 4,
          signal: task.signal,
        })
  return {
    ...(http === undefined ? {} : { http }),
    ...(command === null && http === undefined
      ? {}
      : {
          async round(round: number, signal: AbortSignal) {
            const running = { round, pid: target.pid, cwd: io.cwd, signal }
            await Promise.all([http?.round(signal), command === null ? undefined : runLoad(command, running)])
          },
        }),
    async [Symbol.asyncDispose]() {
      await http?.[Symbol.asyncDispose]()
    },
  }
}

async function checked(
  target: Target,
  { rounds, warmUp, every }: CheckPlan,
  { options, task, io }: CheckContext,
  load: Load,
  seen: Seen,
): Promise<CheckResult> {
  const { force = false, capture, save = true, maxTime = defaultMaxTime } = options
  let stopProbe: (() => Promise<void>) | undefined
  const side = await checkTargetOf(
    target,
    {
      folder: snapshotFolder(io),
      force,
      way: capture,
      save: save ? 'held' : false,
      // If the heap is read during the capture, our own work would count as delay of the service.
      capturing: () => {
        if (save) stopProbe = load.http?.probe()
      },
      captured: async (path, cost, snapshot) => {
        if (snapshot !== undefined) seen.snapshots.push(snapshot)
        seen.captures.push({ path, cost })
        await stopProbe?.()
        stopProbe = undefined
      },
      read: heap => void seen.heaps.push(heapFacts(heap)),
    },
    task,
  )
  try {
    const { round } = load
    return await check(
      side,
      {
        rounds,
        mostRounds: mostRoundsOf(rounds, options.rounds),
        warmup: warmUp,
        every,
        maxTime,
        ...(round === undefined ? {} : { load: round }),
      },
      task,
    )
  } finally {
    await stopProbe?.()
    await side.release()
  }
}

const cpuOf = ({ pid }: Target): number | null => (pid === null ? null : (cpuSeconds(pid) ?? null))

function roundSeconds({ memory }: CheckResult): number {
  const [first, last] = [memory[0], memory.at(-1)]
  return first === undefined || last === undefined || memory.length < 2
    ? 0
    : (last.seconds - first.seconds) / (memory.length - 1)
}
