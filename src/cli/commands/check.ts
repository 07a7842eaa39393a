import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { compareWith, type EarlierCheck, overall, readEarlierCheck } from '../../check/against.js'
import { type Baseline, readBaseline, updateBaseline } from '../../check/baseline.js'
import { decide, type FailOn, type Ignored, parseFailOn, parseIgnored } from '../../check/decide.js'
import { type AnswerOptions, answer, assertFormats, wantsPage, withAnswerOptions } from '../answer.js'
import { type CheckCommandOptions, planOf, withCheckOptions } from '../check-options.js'
import { checkProgram } from '../check-program.js'
import { checkReport } from '../check-report.js'
import { type CheckRun, unlessKept, withFiles, withoutFiles } from '../check-run.js'
import { exploreAgain } from '../explore.js'
import type { Io, Outcome } from '../io.js'
import { shownTask } from '../progress.js'
import { withStorageOptions } from '../storage.js'
import { chooseTarget } from '../targets.js'

interface Options extends AnswerOptions, CheckCommandOptions {
  readonly baseline?: string
  readonly updateBaseline?: boolean
  readonly ignore?: readonly Ignored[]
  readonly failOn?: readonly FailOn[]
  readonly against?: string
}

/** `leakscope check`: the leak check for staging and CI; its verdict is the exit code. */
export function checkCommand(io: Io, started: readonly string[] | undefined, outcome: Outcome): Command {
  const command = new Command('check')
    .description(
      'Does the process leak? Measures rounds of its work, compares heaps, gives a verdict. Exit code: 0 no, 1 yes, 3 inconclusive.',
    )
    .argument('[target]', 'a pid, host:port or ws://…')
  withDecisionOptions(withCheckOptions(command)).option(
    '--against <check.json>',
    'an earlier check that found leaks: are they fixed? 0 yes, 1 no, 3 cannot tell',
  )
  return withAnswerOptions(withStorageOptions(command), { verdict: true }).action(
    async (arg: string | undefined, options: Options) => {
      outcome.verdict = 'awaited'
      const task = shownTask(io, options.quiet, io.signal, 10_000)
      const { against, ...rest } = options
      // Reports problems with files before the program is put under load.
      assertFormats(rest)
      const before = against === undefined ? undefined : readEarlierCheck(resolve(io.cwd, against))
      const known = baselineOf(options, io)
      try {
        const plan = planOf(options, before?.plan, key => command.getOptionValueSource(key) !== 'default')
        const spec = await chooseTarget(arg, started, io)
        const done = await checkProgram(spec, plan, { options, task, io })
        using _ = unlessKept(done)
        task.clear()
        const { result, work, roundSeconds } = done
        const baseline =
          options.updateBaseline === true ? updateBaseline(baselinePath(options, io), result, roundSeconds) : known
        const { ignore: ignored = [], failOn = [baseline === undefined ? 'any' : 'new'] } = options
        const decision = decide(result, { baseline, ignored, failOn }, roundSeconds)
        const fixes = before && compareWith(before, { ...result, rounds: result.memory.length, work })
        const last = wantsPage(rest) ? done.snapshots.at(-1) : undefined
        const explore = last && (await exploreAgain(() => last.open(task), result.report, task.signal))
        const run = keepsNothing(done, decision.failing) ? withoutFiles(done) : await withFiles(done, task)
        task.clear()
        const decided = baseline !== undefined || ignored.length > 0 || options.failOn !== undefined
        const report = checkReport({ run, plan, decision, decided, against: fixes })
        outcome.exitCode = exitCodeOf(decision.exitCode, before, fixes, decision.suspects)
        outcome.verdict = 'reached'
        const envelope = { command: 'check', target: run.target, heaps: run.heaps }
        await answer(report, explore === undefined ? envelope : { ...envelope, explore }, { options: rest, io })
      } finally {
        task.clear()
      }
    },
  )
}

/** Adds the options for known and ignored leaks. */
export function withDecisionOptions(command: Command): Command {
  return command
    .option('--baseline <file>', 'known leaks: they are reported, but fail the check only if they grow faster')
    .option('--update-baseline', 'write the leaks found to the baseline (default: leaks.json)')
    .addOption(
      new Option(
        '--ignore <fingerprint|pattern>',
        "leaks that never fail, repeatable; the reason after a #: '1162e3f634ac # bounded by the catalogue'",
      ).argParser((text: string, before: readonly Ignored[] | undefined) => [...(before ?? []), parseIgnored(text)]),
    )
    .addOption(
      new Option(
        '--fail-on <new|any|inconclusive>',
        'which results exit with 1 (default: any leak; with a baseline, new ones); separate several with commas',
      ).argParser(parseFailOn),
    )
}

/** The known leaks. Errors: NOT_FOUND if the file is missing and is not about to be written. */
export function baselineOf(
  { baseline, updateBaseline }: Pick<Options, 'baseline' | 'updateBaseline'>,
  io: Io,
): Baseline | undefined {
  if (baseline === undefined) return undefined
  const path = resolve(io.cwd, baseline)
  return updateBaseline === true && !existsSync(path) ? undefined : readBaseline(path)
}

const baselinePath = ({ baseline = 'leaks.json' }: Options, io: Io): string => resolve(io.cwd, baseline)

// A check that needs no attention keeps no heaps: an hourly check must not fill the disk.
const keepsNothing = ({ result: { verdict } }: CheckRun, failing: boolean): boolean =>
  verdict === 'not-leaking' || (verdict === 'leaking' && !failing)

function exitCodeOf(
  code: 0 | 1 | 3,
  before: EarlierCheck | undefined,
  fixes: ReturnType<typeof compareWith> | undefined,
  suspects: readonly { readonly fingerprint: string; readonly fails: boolean }[],
): 0 | 1 | 3 {
  if (before === undefined || fixes === undefined) return code
  const known = new Set(before.suspects.map(({ fingerprint }) => fingerprint))
  if (suspects.some(({ fails, fingerprint }) => fails && !known.has(fingerprint))) return 1
  return ({ fixed: 0, 'not-fixed': 1, 'cannot-tell': 3 } as const)[overall(fixes)]
}
