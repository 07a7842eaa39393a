import { rmSync } from 'node:fs'
import { Command } from 'commander'
import type { Cost } from '../../acquire/captures.js'
import { checkTargetOf } from '../../acquire/check-target.js'
import { originPath } from '../../acquire/origin.js'
import { type CheckResult, check, exitCode, usualMaxTime } from '../../check/index.js'
import type { Target } from '../../live/attach/attach.js'
import type { TargetSpec } from '../../live/spec.js'
import type { Report } from '../../report/report.js'
import type { Task } from '../../task.js'
import { sized } from '../../units.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { heapFacts, targetFacts } from '../answering.js'
import { captureFacts } from '../capture-facts.js'
import { type CaptureChoice, captureOption } from '../capture-option.js'
import { costNotes } from '../cost-notes.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io, Outcome } from '../io.js'
import { between, grown, type Member, processHeaps, threadHeaps, type Watched } from '../members.js'
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
    const { rounds, warmUp, every = 2000, maxTime = usualMaxTime } = options
    const plan = { rounds, warmup: warmUp, every, maxTime }
    const all: Checked[] = []
    try {
      const before =
        spec.kind === 'pid' && options.worker === undefined ? await processHeaps(spec.pid, task, io) : new Map()
      const { watched: threads, ...first } = await checkOne(spec, options.worker, plan, options, task, io)
      all.push(first)
      const after = spec.kind === 'pid' && before.size > 0 ? await processHeaps(spec.pid, task, io) : new Map()
      const watched = [...between(before, after), ...threads]
      const suspicious = grown(watched)
      for (const { member } of suspicious.slice(0, mostChecked)) {
        task.progress(`checking ${member.label}, whose heap grew`)
        const more = await checkOne({ kind: 'pid', pid: member.pid }, member.worker, plan, options, task, io)
        all.push({ ...more, member })
      }
      // The exit code and the answer are those of the worst.
      const answered = [...all].sort((a, b) => rank(a) - rank(b))[0]!
      for (const one of all) if (one !== answered || answered.result.verdict === 'not-leaking') forget(one.seen)
      const { result, target, seen, member } = answered
      // A clean process leaves nothing to look at, and a check that runs every hour must not fill the disk.
      const clean = result.verdict === 'not-leaking'
      const heaps = clean ? seen.heaps.map(heap => ({ ...heap, path: null })) : seen.heaps
      const kept = seen.captures.map(({ path, cost }) => ({ path: clean ? null : path, cost }))
      const costs = kept.flatMap(({ path, cost }) => costNotes(path, cost, io))
      const captures = kept.map(({ path, cost }) => captureFacts(path, cost, target))
      task.clear()
      outcome.exitCode = exitCode(result.verdict)
      outcome.verdict = 'reached'
      const report = member === undefined ? result.report : ofMember(result.report, member)
      const beside = all.filter(one => one !== answered).map(besides)
      await answer(
        {
          ...report,
          notes: [...report.notes, ...beside, ...calmNotes(watched, suspicious), ...answered.others, ...costs],
          findings: { ...report.findings, captures, ...(all.length > 1 ? { processes: all.map(processFacts) } : {}) },
        },
        { command: 'check', target, heaps },
        options,
        io,
      )
    } catch (error) {
      for (const { seen } of all) forget(seen)
      throw error
    } finally {
      task.clear()
    }
  })
}

/** Processes and threads whose heaps grew that are checked one after the other. */
const mostChecked = 3

/** What was found of one process or thread. */
interface Checked {
  readonly result: CheckResult
  readonly target: ReturnType<typeof targetFacts>
  readonly seen: Seen
  /** What is to be said of processes that are not watched. */
  readonly others: readonly string[]
  /** Which of the program's others it is; absent for the one that was named. */
  readonly member?: Member
}

async function checkOne(
  spec: TargetSpec,
  worker: number | undefined,
  plan: { rounds: number; warmup: number; every: number; maxTime: number },
  options: Options,
  task: Task,
  io: Io,
): Promise<Checked & { readonly watched: readonly Watched[] }> {
  const seen: Seen = { captures: [], heaps: [] }
  try {
    return await withTarget(
      spec,
      task,
      io,
      async target => {
        const before = await threadHeaps(target, task).catch(() => new Map())
        const result = await checked(target, plan, options, seen, task, io)
        const after = before.size === 0 ? before : await threadHeaps(target, task).catch(() => new Map())
        const others = spec.kind === 'pid' ? [] : otherHeaps(target)
        return { result, target: targetFacts(target), seen, others, watched: between(before, after) }
      },
      worker,
    )
  } catch (error) {
    forget(seen)
    throw error
  }
}

/** The worst first; of equals the one that was named. */
const rank = ({ result: { verdict } }: Checked): number => ['leaking', 'inconclusive', 'not-leaking'].indexOf(verdict)

function ofMember(report: Report, { label }: Member): Report {
  const text = report.headline ?? report.title
  const headline = text.replace(/^(Leaking|Inconclusive|Not leaking): /, `$1, in ${label}: `)
  return { ...report, title: headline, headline }
}

/** What the check of another process or thread came to, in one line. */
const besides = ({ result: { report }, member, target }: Checked): string =>
  `Also checked, ${member?.label ?? `process ${target.pid}`}: ${report.headline ?? report.title}`

/** That the others were watched, and did not grow. */
function calmNotes(watched: readonly Watched[], suspicious: readonly Watched[]): string[] {
  const calm = watched.filter(one => !suspicious.includes(one))
  const left = suspicious.slice(mostChecked)
  return [
    ...(calm.length === 0
      ? []
      : [`Watched meanwhile, heaps that did not grow: ${calm.map(({ member }) => member.label).join(', ')}.`]),
    ...left.map(
      ({ member, gained }) =>
        `Not checked: ${member.label}, whose heap grew by ${sized(gained)} meanwhile: leakscope check ${member.pid}${member.worker === undefined ? '' : ` --worker ${member.worker}`}`,
    ),
  ]
}

const processFacts = ({ result, target, member }: Checked): Record<string, unknown> => ({
  pid: target.pid,
  worker: member?.worker ?? null,
  verdict: result.verdict,
  reasons: result.reasons,
  suspects: result.suspects,
})

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
