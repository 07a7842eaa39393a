import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { pruneHeaps } from '../../acquire/stored-heaps.js'
import { decide, type FailOn, type Ignored } from '../../check/decide.js'
import { alertedLeaks, type PastCheck, pastChecks, remember } from '../../check/history.js'
import { LeakscopeError } from '../../errors.js'
import { freeMemory } from '../../live/linux/memory-limits.js'
import { processMemory } from '../../live/memory.js'
import { plain } from '../../render/plain-text.js'
import { sized } from '../../units.js'
import { metricsOf, otlpBody, prometheusText, type WatchState } from '../../watch/metrics.js'
import { parseWebhook, postWithRetry } from '../../watch/post.js'
import { RiseDetector } from '../../watch/rise.js'
import { parseSchedule, type Schedule } from '../../watch/schedule.js'
import { parseListen, serve } from '../../watch/serve.js'
import { writeFiles } from '../answer.js'
import { type CheckCommandOptions, planOf, withCheckOptions } from '../check-options.js'
import { checkProgram } from '../check-program.js'
import { checkReport } from '../check-report.js'
import { type CheckRun, unlessKept, withFiles, withoutFiles } from '../check-run.js'
import { snapshotFolder } from '../heap-source.js'
import type { Io, Outcome } from '../io.js'
import { shownTask } from '../progress.js'
import { parseDuration } from '../quantities.js'
import { withStorageOptions } from '../storage.js'
import { asKnown, type Finder, finderText, findWatched, type WatchedProcess } from '../watch-target.js'
import { baselineOf, withDecisionOptions } from './check.js'

interface Options extends CheckCommandOptions {
  readonly match?: string
  readonly pidFile?: string
  readonly schedule: Schedule
  readonly poll: number
  readonly rise: boolean
  readonly history?: string
  readonly listen?: { host: string; port: number }
  readonly webhook?: readonly string[]
  readonly otlp?: readonly string[]
  readonly output?: readonly string[]
  readonly baseline?: string
  readonly ignore?: readonly Ignored[]
  readonly failOn?: readonly FailOn[]
  readonly quiet?: boolean
}

/** `leakscope watch`: checks a service on a schedule and when its memory rises, and reports each new leak once. */
export function watchCommand(io: Io, outcome: Outcome): Command {
  const many = (parse: (text: string) => string) => (text: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    parse(text),
  ]
  const command = new Command('watch')
    .description(
      'Run until stopped: check a service on a schedule and when its memory rises; report each new leak once.',
    )
    .argument('[pid]', 'the process; use --match or --pid-file to follow a service over deploys')
    .option('--match <script>', "the end of the script's path, such as server.js or dist/server.js")
    .option('--pid-file <file>', 'a file with the pid of the process')
    .addOption(
      new Option('--schedule <cron>', 'when to check')
        .default(parseSchedule('*/30 * * * *'), '*/30 * * * *')
        .argParser(parseSchedule),
    )
    .addOption(
      new Option('--poll <duration>', 'how often memory is read').default(30_000, '30s').argParser(parseDuration),
    )
    .option('--no-rise', 'check on the schedule only, not when memory rises')
    .option('--history <file>', 'the file for past checks (default: history.jsonl in the folder of heaps)')
    .addOption(new Option('--listen <host:port>', 'serve /metrics for Prometheus, and /healthz').argParser(parseListen))
    .addOption(
      new Option('--webhook <url>', 'post JSON there when a new leak appears, repeatable').argParser(
        many(parseWebhook),
      ),
    )
    .addOption(
      new Option('--otlp <url>', 'send metrics there after each check (OTLP over HTTP, as JSON)').argParser(
        many(parseWebhook),
      ),
    )
    .addOption(
      new Option('-o, --output <file>', 'write the report of each check there, repeatable').argParser(
        many(file => file),
      ),
    )
    .option('-q, --quiet', 'a line for new leaks only')
  return withStorageOptions(withDecisionOptions(withCheckOptions(command))).action(
    async (pid: string | undefined, options: Options) => {
      const typed = (key: string): boolean => command.getOptionValueSource(key) === 'cli'
      const watch = new Watch(finderOf(pid, options, typed, io), options, io)
      await watch.run()
      // Ending a watch is its normal end, not an interruption.
      outcome.stopped = true
    },
  )
}

/** Options on the command line override those of a configuration. */
function finderOf(
  pid: string | undefined,
  { match, pidFile }: Options,
  typed: (key: string) => boolean,
  io: Io,
): Finder {
  const given: (Finder & { typed: boolean })[] = [
    ...(pid === undefined ? [] : [{ by: 'pid', pid: Number(pid), typed: true } as const]),
    ...(match === undefined ? [] : [{ by: 'script', script: match, typed: typed('match') } as const]),
    ...(pidFile === undefined
      ? []
      : [{ by: 'file', path: resolve(io.cwd, pidFile), typed: typed('pidFile') } as const]),
  ]
  const counted = given.some(one => one.typed) ? given.filter(one => one.typed) : given
  if (counted.length === 1 && (pid === undefined || /^\d{1,7}$/.test(pid))) return counted[0]!
  throw new LeakscopeError('USAGE', 'a watch needs one of a pid, --match and --pid-file', {
    hint: 'For example: leakscope watch --match server.js.',
  })
}

/** A running watch: one check at a time, and the state between checks. */
class Watch {
  readonly #finder: Finder
  readonly #options: Options
  readonly #io: Io
  readonly #history: string
  readonly #alerted: Set<string>
  readonly #sending = new Set<Promise<void>>()
  #state: WatchState
  #process: WatchedProcess | undefined
  #rise = new RiseDetector()
  #waits = false

  constructor(finder: Finder, options: Options, io: Io) {
    this.#finder = finder
    this.#options = options
    this.#io = io
    this.#history =
      options.history === undefined ? join(snapshotFolder(io), 'history.jsonl') : resolve(io.cwd, options.history)
    const past = pastChecks(this.#history)
    this.#alerted = alertedLeaks(past)
    this.#state = {
      up: false,
      script: finderText(finder),
      memory: { rss: null, uss: null, pss: null },
      last: past.at(-1),
      checks: { 'not-leaking': 0, leaking: 0, inconclusive: 0 },
      failedChecks: 0,
      skippedChecks: 0,
      alerts: 0,
      failedAlerts: 0,
    }
  }

  async run(): Promise<void> {
    const { listen, schedule, poll } = this.#options
    const { signal } = this.#io
    // Reports invalid files at the start, not at the first check.
    baselineOf(this.#options, this.#io)
    await using served = listen === undefined ? undefined : await serve(listen, this.#pages())
    if (served !== undefined) this.#say(`metrics at ${served.address}/metrics`)
    let due = schedule.next()
    while (!signal.aborted) {
      await wait(Math.max(0, Math.min(poll, due - Date.now())), undefined, { signal }).catch(() => {})
      if (signal.aborted) break
      const isDue = Date.now() >= due
      if (isDue) due = schedule.next()
      const found = await this.#look()
      if (found === undefined) {
        if (this.#finder.by === 'pid') return this.#end(`process ${this.#finder.pid} has ended`)
        continue
      }
      const rises = await this.#read(found)
      if (!isDue && !rises) continue
      await this.#check(found, isDue ? 'schedule' : 'memory')
      // A check that took longer than the schedule's interval is not followed by another at once.
      if (Date.now() >= due) due = schedule.next()
    }
    await this.#end('stopped')
  }

  /** Finds the target, and reports if it changed or is gone. */
  async #look(): Promise<WatchedProcess | undefined> {
    const running = await findWatched(this.#finder).catch(error => {
      this.#say(`cannot look for ${finderText(this.#finder)}: ${(error as Error).message}`)
      return undefined
    })
    const found = running && asKnown(running, this.#process ?? this.#state.last)
    if (found === undefined && !this.#waits) {
      this.#say(`waiting for ${finderText(this.#finder)}`)
      this.#process = undefined
    }
    if (found !== undefined && (found.pid !== this.#process?.pid || found.startedAt !== this.#process.startedAt)) {
      this.#say(`watching ${found.pid} ${plain(found.script)}, started ${found.startedAt}`)
      this.#process = found
      this.#rise = new RiseDetector()
    }
    this.#waits = found === undefined
    this.#state = { ...this.#state, up: found !== undefined, script: found?.script ?? this.#state.script }
    return found
  }

  /** Reads its memory from outside; true if it rises beyond its history. */
  async #read({ pid }: WatchedProcess): Promise<boolean> {
    try {
      const { rss, uss, pss } = await processMemory(pid)
      this.#state = { ...this.#state, memory: { rss, uss, pss } }
      return this.#rise.add({ at: Date.now(), bytes: uss ?? rss }) && this.#options.rise
    } catch (error) {
      if (error instanceof LeakscopeError) return false
      throw error
    }
  }

  async #check(found: WatchedProcess, trigger: PastCheck['trigger']): Promise<void> {
    const short = shortOfMemory(found.pid)
    if (short !== undefined) {
      this.#state = { ...this.#state, skippedChecks: this.#state.skippedChecks + 1 }
      return this.#say(`${found.pid} not checked: ${short}`)
    }
    const started = performance.now()
    const plan = planOf(this.#options)
    try {
      const run = await checkProgram({ kind: 'pid', pid: found.pid }, plan, {
        options: this.#options,
        task: shownTask(this.#io, true),
        io: this.#io,
      })
      using _ = unlessKept(run)
      await this.#tell(found, trigger, run, (performance.now() - started) / 1000)
    } catch (error) {
      if (this.#io.signal.aborted) return
      if (!(error instanceof LeakscopeError)) throw error
      this.#state = { ...this.#state, failedChecks: this.#state.failedChecks + 1 }
      this.#say(`${found.pid} could not be checked: ${plain(error.message)}`)
    } finally {
      this.#rise.looked()
    }
  }

  async #tell(found: WatchedProcess, trigger: PastCheck['trigger'], done: CheckRun, seconds: number): Promise<void> {
    const { result, roundSeconds } = done
    const baseline = baselineOf(this.#options, this.#io)
    const { ignore: ignored = [], failOn = ['new'], output = [], webhook = [], otlp = [] } = this.#options
    const decision = decide(result, { baseline, ignored, failOn }, roundSeconds)
    const news = decision.suspects.filter(({ fails, fingerprint }) => fails && !this.#alerted.has(fingerprint))
    // Heaps are kept only if a new leak is reported.
    const run = news.length > 0 ? await withFiles(done, shownTask(this.#io, true)) : withoutFiles(done)
    const last = result.memory.at(-1)
    const check: PastCheck = {
      version: 1,
      at: new Date().toISOString(),
      trigger,
      pid: found.pid,
      startedAt: found.startedAt,
      script: found.script,
      verdict: result.verdict,
      leaks: decision.suspects.map(({ fingerprint, headline, status, leaked: { bytesPerRound } }) => ({
        fingerprint,
        headline,
        status,
        bytesPerRound,
        bytesPerHour: roundSeconds > 0 ? Math.round((bytesPerRound / roundSeconds) * 3600) : 0,
      })),
      memory: { heapUsed: last?.heapUsed ?? null, rss: last?.rss ?? null, uss: last?.uss ?? null },
      standstill: done.captures.reduce((sum, { standstill }) => sum + standstill, 0),
      longestDelay: longest(done.captures.flatMap(({ longestDelay }) => longestDelay ?? [])),
      seconds,
      alerted: news.map(({ fingerprint }) => fingerprint),
    }
    this.#count(check)
    const report = checkReport({ run, plan: planOf(this.#options), decision, decided: true })
    const envelope = { command: 'check', target: run.target, heaps: run.heaps, cwd: this.#io.cwd }
    try {
      remember(this.#history, check)
      await writeFiles(report, envelope, output, this.#io)
    } catch (error) {
      // A full or read-only disk must not end the watch.
      if (!(error instanceof LeakscopeError)) throw error
      this.#say(plain(error.message))
    }
    // Printed last, so that the reports exist when the line appears.
    this.#say(lineOf(check), news.length > 0)
    for (const { fingerprint } of news) this.#alerted.add(fingerprint)
    if (news.length > 0) for (const url of webhook) this.#send(url, alertOf(check, news))
    for (const url of otlp) this.#post(url, otlpBody(metricsOf(this.#state), found.script))
    const { keep = 20, maxSize = 2 * 1024 ** 3 } = this.#io.storage ?? {}
    pruneHeaps(snapshotFolder(this.#io), { keep, maxSize })
  }

  #count(check: PastCheck): void {
    const { checks } = this.#state
    this.#state = { ...this.#state, last: check, checks: { ...checks, [check.verdict]: checks[check.verdict] + 1 } }
  }

  /** Posts in the background: no check waits for a slow receiver. */
  #send(url: string, body: object): void {
    this.#post(url, body, taken => {
      const { alerts, failedAlerts } = this.#state
      this.#state = { ...this.#state, alerts: alerts + Number(taken), failedAlerts: failedAlerts + Number(!taken) }
      if (!taken) this.#say(`the alert was not taken by ${new URL(url).origin}`)
    })
  }

  #post(url: string, body: object, done: (taken: boolean) => void = () => {}): void {
    const sending = postWithRetry(url, body, this.#io.signal).then(done)
    this.#sending.add(sending)
    void sending.finally(() => this.#sending.delete(sending))
  }

  #pages(): Parameters<typeof serve>[1] {
    return {
      '/metrics': () => ({
        type: 'text/plain; version=0.0.4; charset=utf-8',
        text: prometheusText(metricsOf(this.#state)),
      }),
      '/healthz': () => ({
        type: 'application/json',
        text: `${JSON.stringify({ up: this.#state.up, lastCheck: this.#state.last?.at ?? null, verdict: this.#state.last?.verdict ?? null })}\n`,
      }),
    }
  }

  async #end(why: string): Promise<void> {
    await Promise.allSettled(this.#sending)
    this.#say(why)
  }

  #say(text: string, isNews = false): void {
    if (this.#options.quiet === true && !isNews) return
    this.#io.stdout.write(`${new Date().toISOString().slice(0, 19)}Z  ${text}\n`)
  }
}

const longest = (values: readonly number[]): number | null => (values.length === 0 ? null : Math.max(...values))

/** Below this much free memory, a capture might cause an out-of-memory kill. */
const minFree = 128 * 1024 * 1024

function shortOfMemory(pid: number): string | undefined {
  const free = freeMemory(pid)
  return free !== undefined && free.bytes < minFree
    ? `only ${sized(free.bytes)} of memory are left (${free.bound})`
    : undefined
}

/** `4121  leaking, new  USS 64.2 MB  12 s, paused 45 ms  Map sessions …`. */
function lineOf({ pid, verdict, leaks, memory, seconds, standstill, trigger, alerted }: PastCheck): string {
  const first = leaks.find(({ fingerprint }) => alerted.includes(fingerprint)) ?? leaks[0]
  const verdictText = verdict.replace('-', ' ')
  const news = verdict !== 'leaking' ? '' : alerted.length > 0 ? ', new' : ', reported before or known'
  const used = memory.uss ?? memory.rss
  return [
    `${pid}  ${verdictText}${news}`,
    ...(used === null ? [] : [`${memory.uss === null ? 'RSS' : 'USS'} ${sized(used)}`]),
    `${seconds.toFixed(0)} s, paused ${Math.round(standstill * 1000)} ms${trigger === 'memory' ? ', as memory rose' : ''}`,
    ...(first === undefined ? [] : [`${plain(first.headline)} [${first.fingerprint}]`]),
  ].join('  ')
}

/** The body of an alert. Slack, Mattermost and Discord's Slack endpoint show its `text`. */
function alertOf(
  { at, pid, script }: PastCheck,
  news: readonly { fingerprint: string; headline: string; evidence: { hint: string } }[],
): object {
  const slack = (text: string): string =>
    plain(text).replace(/[&<>]/g, each => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[each]!)
  return {
    version: 1,
    event: 'new-leak',
    text: news
      .map(
        ({ headline, evidence: { hint } }) =>
          `New memory leak in ${slack(script)} (pid ${pid}): ${slack(headline)}. ${slack(hint)}`,
      )
      .join('\n'),
    at,
    target: { pid, script },
    suspects: news,
  }
}
