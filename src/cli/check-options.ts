import { type Command, Option } from 'commander'
import { type CheckPlan, mostRoundsOf, usualRounds } from '../check/plan.js'
import { LeakscopeError } from '../errors.js'
import { captureOption } from './capture-option.js'
import type { CheckRunOptions } from './check-run.js'
import { parseCount, parseDuration } from './quantities.js'
import { workerOption } from './worker-option.js'

/** How a check is done, as options of `check` and `watch`. */
export interface CheckCommandOptions extends CheckRunOptions {
  readonly warmup: number
  readonly every?: number
  readonly load?: string
  readonly url?: string
  readonly requests?: number
}

/** Adds the options of how a check is done. */
export function withCheckOptions(command: Command): Command {
  return command
    .option(
      '--rounds <n>',
      `measured rounds; fewer than 5 cannot prove a trend (default: ${usualRounds}, and up to ${mostRoundsOf(usualRounds, undefined)} where they leave it undecided)`,
      parseCount(5),
    )
    .option('--warmup <n>', 'rounds before them that do not count', parseCount(0), 1)
    .addOption(new Option('--warm-up <n>', 'the same').argParser(parseCount(0)).hideHelp())
    .option('--every <duration>', 'how long the program works in a round, on the average (default: 2s)', parseDuration)
    .option('--max-time <duration>', 'ends with the rounds it has (default: 5m)', parseDuration)
    .option('--load <command>', 'a command that makes the program work, run in each round until it ends')
    .option('--url <url>', 'a page of the service on this machine that is asked for in each round; {n} counts')
    .option('--requests <n>', 'requests in a round (default: 200)', parseCount(1))
    .option('--rate <n>', 'requests a second at most', parseCount(1))
    .option('--concurrency <n>', 'requests at the same time (default: 4)', parseCount(1))
    .addOption(captureOption())
    .addOption(workerOption())
    .option('--force', 'capture heaps even where the pre-flight check refuses it')
    .option('--no-save', 'keep no heap: each is read while it is captured, and nothing is written to a disk')
}

/** The plan that the options say; `usual` is that of an earlier check, which holds where nothing was said. */
export function planOf(
  options: CheckCommandOptions & { readonly warmUp?: number },
  usual: Partial<CheckPlan> = {},
  said?: Said,
): CheckPlan {
  const rounds = options.rounds ?? usual.rounds ?? usualRounds
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

// A command out of a file is not run: who gave us the file need not be who may run commands here.
function loadOf({ load }: CheckCommandOptions, usual: Partial<CheckPlan>): string | null {
  if (load !== undefined) return load
  if (typeof usual.load !== 'string') return null
  throw new LeakscopeError('USAGE', `the earlier check made load with ${JSON.stringify(usual.load)}`, {
    hint: 'Give --load the same command again.',
  })
}

/** Whether an option was given, not merely has a value. */
type Said = (key: string) => boolean
