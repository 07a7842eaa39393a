import { rmSync } from 'node:fs'
import { Command } from 'commander'
import type { Cost } from '../../acquire/captures.js'
import { checkTargetOf } from '../../acquire/check-target.js'
import { originPath } from '../../acquire/origin.js'
import { type CheckResult, check, exitCode, usualMaxTime } from '../../check/index.js'
import type { Target } from '../../live/attach/attach.js'
import type { Task } from '../../task.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { heapFacts, targetFacts } from '../answering.js'
import { captureFacts } from '../capture-facts.js'
import { type CaptureChoice, captureOption } from '../capture-option.js'
import { costNotes } from '../cost-notes.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io, Outcome } from '../io.js'
import { otherHeaps } from '../other-heaps.js'
import { shownTask } from '../progress.js'
import { parseCount, parseDuration } from '../quantities.js'
import { chooseTarget, withTarget } from '../targets.js'
import { workerOption } from '../worker-option.js'

interface Options extends AnswerOptions {
  readonly rounds: number
  readonly warmUp: number
  readonly every: number
  readonly maxTime?: number
  readonly force?: boolean
  readonly capture: CaptureChoice
  readonly worker?: number
}

/** `leakscope check`: the leak check for staging and CI; its verdict is the exit code. */
export function checkCommand(io: Io, started: readonly string[] | undefined, outcome: Outcome): Command {
  const command = new Command('check')
    .description(
      'Does the process leak? Measures rounds of its work, compares heaps, gives a verdict. Exit code: 0 no, 1 yes, 3 inconclusive.',
    )
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('--rounds <n>', 'measured rounds; fewer than 5 cannot prove a trend', parseCount(5), 8)
    .option('--warm-up <n>', 'rounds before them that do not count', parseCount(0), 1)
    .option('--every <duration>', 'how long the program works in a round (default: 2s)', parseDuration)
    .option('--max-time <duration>', 'ends with the rounds it has (default: 5m)', parseDuration)
    .addOption(captureOption())
    .addOption(workerOption())
    .option('--force', 'capture heaps even where the pre-flight check refuses it')
  return withAnswerOptions(command, { verdict: true }).action(async (arg: string | undefined, options: Options) => {
    outcome.verdict = 'awaited'
    const task = shownTask(io, options.quiet, io.signal, 10_000)
    const spec = await chooseTarget(arg, started, io)
    const seen: Seen = { captures: [], heaps: [] }
    const { rounds, warmUp, every = 2000, maxTime = usualMaxTime } = options
    try {
      const { others, result, target } = await withTarget(
        spec,
        task,
        io,
        async target => ({
          others: await otherHeaps(target),
          result: await checked(target, { rounds, warmup: warmUp, every, maxTime }, options, seen, task, io),
          target: targetFacts(target),
        }),
        options.worker,
      )
      // A clean process leaves nothing to look at, and a check that runs every hour must not fill the disk.
      const clean = result.verdict === 'not-leaking'
      if (clean) forget(seen)
      const heaps = clean ? seen.heaps.map(heap => ({ ...heap, path: null })) : seen.heaps
      const kept = seen.captures.map(({ path, cost }) => ({ path: clean ? null : path, cost }))
      const costs = kept.flatMap(({ path, cost }) => costNotes(path, cost, io))
      const captures = kept.map(({ path, cost }) => captureFacts(path, cost, target))
      task.clear()
      const { report } = result
      outcome.exitCode = exitCode(result.verdict)
      outcome.verdict = 'reached'
      await answer(
        { ...report, notes: [...report.notes, ...others, ...costs], findings: { ...report.findings, captures } },
        { command: 'check', target, heaps },
        options,
        io,
      )
    } catch (error) {
      forget(seen)
      throw error
    } finally {
      task.clear()
    }
  })
}

/** What was captured on the way, and what people should know of it. */
interface Seen {
  readonly captures: { readonly path: string; readonly cost: Cost }[]
  readonly heaps: Record<string, unknown>[]
}

async function checked(
  target: Target,
  plan: { rounds: number; warmup: number; every: number; maxTime: number },
  { force = false, capture }: Options,
  seen: Seen,
  task: Task,
  io: Io,
): Promise<CheckResult> {
  const side = await checkTargetOf(
    target,
    {
      folder: snapshotFolder(io),
      force,
      way: capture,
      captured: (path, cost) => seen.captures.push({ path, cost }),
      read: heap => seen.heaps.push(heapFacts(heap)),
    },
    task,
  )
  try {
    return await check(side, plan, task)
  } finally {
    await side.release()
  }
}

function forget({ captures }: Seen): void {
  for (const { path } of captures) for (const file of [path, originPath(path)]) rmSync(file, { force: true })
}
