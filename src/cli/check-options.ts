import { type Command, Option } from 'commander'
import { type CheckPlan, defaultRounds, mostRoundsOf } from '../check/plan.js'
import { LeakscopeError } from '../errors.js'
import { captureOption } from './capture-option.js'
import type { CheckRunOptions } from './check-run.js'
import { parseCount, parseDuration } from './quantities.js'
import { workerOption } from './worker-option.js'

/** The options of `check` and `watch` that configure a check. */
export interface CheckCommandOptions extends CheckRunOptions {
  readonly warmup: number
  readonly every?: number
  readonly load?: string
  readonly url?: string
  readonly requests?: number
}

/** Adds the options that configure a check. */
export function withCheckOptions(command: Command): Command {
  return command
    .option(
      '--rounds <n>',
      `measured rounds; fewer than 5 cannot prove a trend (default: ${defaultRounds}, and up to ${mostRoundsOf(defaultRounds, undefined)} if undecided)`,
      parseCount(5),
    )
    .option('--warmup <n>', 'rounds before them that do not count', parseCount(0), 1)
    .addOption(new Option('--warm-up <n>', 'the same').argParser(parseCount(0)).hideHelp())
    .option('--every <duration>', 'average length of a round (default: 2s)', parseDuration)
    .option('--max-time <duration>', 'end with the rounds done by then (default: 5m)', parseDuration)
    .option('--load <command>', 'a command that makes the program work, run in each round until it ends')
    .option('--url <url>', 'a URL of the service on this machine, requested in each round; {n} counts up')
    .option('--requests <n>', 'requests in a round (default: 200)', parseCount(1))
    .option('--rate <n>', 'maximum requests per second', parseCount(1))
    .option('--concurrency <n>', 'requests at the same time (default: 4)', parseCount(1))
    .addOption(captureOption())
    .addOption(workerOption())
    .option('--force', 'capture heaps even if the pre-flight check refuses it')
    .option('--no-save', 'keep no heaps: each is read during the capture, and nothing is written to disk')
}

/** The plan from the options; values of `usual`, the plan of an earlier check, are the defaults. */
export function planOf(
  options: CheckCommandOptions & { readonly warmUp?: number },
  usual: Partial<CheckPlan> = {},
  said?: Said,
): CheckPlan {
  const rounds = options.rounds ?? usual.rounds ?? defaultRounds
  const warmUp = options.warmUp ?? (said?.('warmup') === false ? (usual.warmUp ?? options.warmup) : options.warmup)
  const url = options.url ?? usual.url ?? null
  return {
    rounds,
    warmUp,
    every: options.every ?? usual.every ?? 2000,
    load: loadOf(options, usual),
    url,
    requests: url === null ? null : (options.requests ?? usual.requests ?? 200),
  }
}

// A command from a file is not run: the author of the file may not be entitled to run commands here.
function loadOf({ load }: CheckCommandOptions, usual: Partial<CheckPlan>): string | null {
  if (load !== undefined) return load
  if (typeof usual.load !== 'string') return null
  throw new LeakscopeError('USAGE', `the earlier check produced load with ${JSON.stringify(usual.load)}`, {
    hint: 'Pass the same command to --load again.',
  })
}

/** Whether an option was given explicitly, rather than by default. */
type Said = (key: string) => boolean
