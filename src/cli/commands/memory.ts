import { setTimeout as wait } from 'node:timers/promises'
import { Command } from 'commander'
import { LeakscopeError } from '../../errors.js'
import { attach, type Target } from '../../live/attach/attach.js'
import { inspectorLeftAt } from '../../live/attach/open-inspector.js'
import { type ProcessMemory, processMemory, type V8Memory, v8Memory } from '../../live/memory.js'
import type { TargetSpec } from '../../live/spec.js'
import { memoryLine } from '../../memory-line.js'
import { standard } from '../../report/columns.js'
import type { Cell, Report } from '../../report/report.js'
import { type AnswerOptions, answer, withAnswerOptions, writeNotes } from '../answer.js'
import { targetFacts } from '../answering.js'
import type { Context, ContextWith } from '../context.js'
import type { Io } from '../io.js'
import { leftOpenNote } from '../left-open-note.js'
import { shownTask } from '../progress.js'
import { parseDuration } from '../quantities.js'
import { chooseTarget } from '../targets.js'

interface Options extends AnswerOptions {
  readonly hint?: string
  readonly every?: number
  readonly for?: number
  readonly attach: boolean
}

/** `leakscope memory`: `show_memory_info` for any process, once or as a series. */
export function memoryCommand(io: Io, started: readonly string[] | undefined): Command {
  const command = new Command('memory')
    .description(
      'Memory of a process: USS, PSS and RSS from outside, V8 heap, external memory and array buffers from inside.',
    )
    .argument('[target]', 'a pid, host:port or ws://…')
    .option('--hint <text>', 'print one line: <text> memory used: <USS> MB')
    .option('--every <duration>', 'sample repeatedly at this interval', parseDuration)
    .option('--for <duration>', 'how long to sample (default: until Ctrl-C)', parseDuration)
    .option('--no-attach', 'only what can be seen from outside')
  return withAnswerOptions(command).action(async (arg: string | undefined, options: Options) => {
    const task = shownTask(io, options.quiet)
    const spec = await chooseTarget(arg, started, io)
    const wantsLine =
      options.hint !== undefined && !options.json && options.format === undefined && options.output === undefined
    // The line of --hint needs only /proc: attach only if the target cannot be reached otherwise.
    const inside = options.attach && !(wantsLine && spec.kind === 'pid')
    const notes: string[] = []
    await using target = inside ? await attachIfPossible(spec, { task, io }, notes) : undefined
    const pid = spec.kind === 'pid' ? spec.pid : (target?.pid ?? null)
    const sample = async (): Promise<Sample> => ({
      at: Date.now(),
      outside: pid === null ? undefined : await processMemory(pid),
      v8: target === undefined ? undefined : await v8Memory(target),
    })
    try {
      if (wantsLine) await writeLines(options.hint!, pid, sample, { options, task, io })
      else {
        const samples = await series(sample, { options, task, io }, notes)
        const report = samples.length === 1 ? memorySplit(samples[0]!, notes) : overTime(samples, notes)
        task.clear()
        const facts = target === undefined ? (pid === null ? null : { pid }) : targetFacts(target)
        await answer(report, { command: 'memory', target: facts, heaps: [] }, { options, io })
      }
    } finally {
      task.clear()
    }
  })
}

interface Sample {
  readonly at: number
  /** `undefined` for a process on another machine. */
  readonly outside: ProcessMemory | undefined
  readonly v8: V8Memory | undefined
}

// Without the inspector, the numbers from outside are still useful.
async function attachIfPossible(spec: TargetSpec, { task, io }: Context, notes: string[]): Promise<Target | undefined> {
  try {
    return await attach(spec, { task, ...io.attaching })
  } catch (error) {
    if (spec.kind !== 'pid' || !(error instanceof LeakscopeError) || error.code === 'NO_TARGET') throw error
    notes.push(`V8's own numbers are not shown: ${error.message}`)
    return undefined
  }
}

async function writeLines(
  hint: string,
  pid: number | null,
  sample: () => Promise<Sample>,
  context: ContextWith<Options>,
): Promise<void> {
  const { options, io } = context
  const writeSample = async (): Promise<Sample> => {
    const taken = await sample()
    const note = rssNote(taken)
    io.stdout.write(`${memoryLine(hint, taken.outside ?? { uss: null, rss: taken.v8!.rss })}\n`)
    if (note !== undefined && !options.quiet) io.stderr.write(`${note}\n`)
    return taken
  }
  const notes: string[] = []
  await series(writeSample, context, notes)
  // Reading from outside does not close an inspector that was left open.
  if (pid !== null && (await inspectorLeftAt(pid)) !== undefined) notes.push(leftOpenNote(pid))
  if (!options.quiet) writeNotes(notes, io)
}

/** Why the number is RSS; `undefined` if it is USS. */
function rssNote({ outside }: Sample): string | undefined {
  if (outside === undefined) return 'the number is RSS: USS is known only for local processes'
  return outside.uss === null ? `the number is ${outside.source}` : undefined
}

async function series(
  sample: () => Promise<Sample>,
  { options, task }: ContextWith<Options>,
  notes: string[],
): Promise<Sample[]> {
  const { every, for: period } = options
  const samples = [await sample()]
  if (every === undefined && period === undefined) return samples
  const interval = every ?? 1000
  const start = samples[0]!.at
  const end = start + (period ?? Number.POSITIVE_INFINITY)
  // Times are relative to the start, so that one late sample does not delay the following ones.
  for (let due = start + interval; !task.signal.aborted && due <= end; due += interval) {
    task.progress(`sampled ${samples.length}×`)
    // Ctrl-C ends the series; what was sampled is still shown.
    await wait(Math.max(0, due - Date.now()), undefined, { signal: task.signal }).catch(() => {})
    if (task.signal.aborted) break
    try {
      samples.push(await sample())
    } catch (error) {
      // The same if the process ends.
      if (!(error instanceof LeakscopeError) || error.code !== 'TARGET_GONE') throw error
      notes.push(error.message)
      break
    }
  }
  return samples
}

const measures: readonly { key: string; title: string; of(sample: Sample): number | null }[] = [
  { key: 'uss', title: 'USS', of: ({ outside }) => outside?.uss ?? null },
  { key: 'pss', title: 'PSS', of: ({ outside }) => outside?.pss ?? null },
  { key: 'rss', title: 'RSS', of: ({ outside, v8 }) => outside?.rss ?? v8?.rss ?? null },
  { key: 'heapUsed', title: 'V8 heap used', of: ({ v8 }) => v8?.heapUsed ?? null },
  { key: 'heapTotal', title: 'V8 heap total', of: ({ v8 }) => v8?.heapTotal ?? null },
  { key: 'external', title: 'external', of: ({ v8 }) => v8?.external ?? null },
  { key: 'arrayBuffers', title: 'array buffers', of: ({ v8 }) => v8?.arrayBuffers ?? null },
  { key: 'nativeRest', title: 'native rest', of: nativeRest },
]

/** Private memory that is neither V8's heap nor known to V8: native libraries, stacks, allocator slack. */
function nativeRest({ outside, v8 }: Sample): number | null {
  if (v8 === undefined || outside?.uss == null) return null
  return Math.max(0, outside.uss - v8.heapTotal - v8.external)
}

/** One sample of a process' memory, by measure. */
export function memorySplit(sample: Sample, notes: readonly string[]): Report {
  const rows: Record<string, Cell>[] = []
  for (const { title, of } of measures) {
    const bytes = of(sample)
    if (bytes !== null) rows.push({ measure: title, bytes })
  }
  return {
    title: 'Memory',
    sections: [
      {
        shape: 'table',
        title: 'Memory',
        columns: [{ key: 'measure', title: 'Measure', unit: 'text' }, standard.bytes],
        rows,
      },
    ],
    notes: [...notes, ...notesOf(sample)],
  }
}

function overTime(samples: readonly Sample[], notes: readonly string[]): Report {
  const start = samples[0]!.at
  const lines = measures
    .map(({ key, title, of }) => ({ key, title, unit: 'bytes' as const, values: samples.map(of) }))
    .filter(({ values }) => values.some(value => value !== null))
  const seconds = samples.map(({ at }) => (at - start) / 1000)
  return {
    title: 'Memory',
    sections: [{ shape: 'series', title: 'Memory', seconds, lines }],
    notes: [...notes, ...notesOf(samples.at(-1)!)],
  }
}

const notesOf = (sample: Sample): string[] => [rssNote(sample)].filter(note => note !== undefined)
