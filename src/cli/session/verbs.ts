import { join } from 'node:path'
import { Command } from 'commander'
import { LeakscopeError } from '../../errors.js'
import { census } from '../../heap/census.js'
import type { Heap } from '../../heap/heap.js'
import { isComparable, knownIds } from '../../heap/known-ids.js'
import { growth, growthReport } from '../../questions/growth.js'
import { analyses } from '../../questions/index.js'
import { sized } from '../../units.js'
import { ago } from '../age.js'
import { analysisCommand, type Invocation } from '../analysis-command.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { type Answered, askHeap, askHeaps, heapFacts, idsOfExpressions, targetFacts } from '../answering.js'
import { type CaptureChoice, captureOption } from '../capture-option.js'
import { diagnosisReport } from '../diagnosis-report.js'
import { snapshotFolder, snapshotPath } from '../heap-source.js'
import type { Io } from '../io.js'
import { asOurs } from '../option-errors.js'
import type { ShownTask } from '../progress.js'
import { withOlderHeap } from '../since.js'
import { allocationsVerb } from './allocations-verb.js'
import { sessionHelp } from './help.js'
import { liveVerbs } from './live-verbs.js'
import type { SessionState } from './state.js'

/** Thrown by `exit`: the session ends. */
export class SessionEnd extends Error {}

/** The verbs of a session as commander commands: every analysis with its options, and those that only a live session has. */
export function sessionVerbs(state: SessionState, task: ShownTask, io: Io): Command {
  const verbs = new Command('')
    .usage('<verb> [options]')
    .configureHelp({
      commandUsage: verb => `${verb.parent === null ? '' : verb.name()} ${verb.usage()}`.trim(),
    })
    .exitOverride()
    .configureOutput({
      writeOut: text => void io.stdout.write(text),
      writeErr: text => void io.stderr.write(text),
      outputError: (text, write) => write(asOurs(text)),
    })
    .helpOption(false)
    .helpCommand(false)

  const add = (command: Command): Command => {
    verbs.addCommand(command.copyInheritedSettings(verbs).helpOption('--help', 'how to use this verb'))
    return command
  }

  for (const analysis of analyses) {
    // A session has its own `at`, for live values.
    if (analysis.name === 'at') continue
    add(analysisCommand(analysis, undefined, invocation => askInSession(invocation, state, task, io)))
  }

  add(new Command('mark').description('Remember the current heap; growth and new show what was created since.')).action(
    async () => {
      state.markedHeap = undefined
      state.mark = await state.capture(task, { idsFor: comparesIds, matching: { before: undefined } })
      const heap = await state.heap(task)
      state.marked = knownIds(heap)
      if (heap.graph.address !== undefined) state.markedHeap = heap
      grow(heap, state)
    },
  )
  add(new Command('snapshot').description('Capture the heap; later questions use it.'))
    .argument('[file]', 'where to write it (default: .leakscope/)')
    .option('-o, --output <file>', 'the same')
    .addOption(captureOption().default(undefined))
    .option('--force', 'capture even if the pre-flight check refuses it')
    .action(async (arg: string | undefined, { output = arg, force = false, capture }: SnapshotOptions) => {
      const path = output === undefined ? {} : { path: snapshotPath(output, io) }
      io.stdout.write(`${await state.capture(task, { force, way: capture, ...path })}\n`)
    })
  add(new Command('heap').description('The heap that questions use, and its age.')).action(async () => {
    if (state.taken.length === 0) io.stdout.write('no heap yet: the first question captures one\n')
    else {
      const { origin, graph, bytes } = await state.heap(task)
      task.clear()
      const size = `${graph.nodeCount.toLocaleString('en')} nodes, ${sized(bytes)}`
      io.stdout.write(`${state.taken.at(-1)}: captured ${ago(origin.capturedAt!)}, ${size}\n`)
    }
  })
  for (const verb of liveVerbs(state, task, io)) add(verb)
  add(allocationsVerb(state, task, io))
  add(
    withAnswerOptions(
      new Command('doctor').description(
        'What capturing the target would cost now, whether it is safe, and its worker threads.',
      ),
    ),
  ).action(async (options: AnswerOptions) => {
    const { diagnoseTarget } = await import('../../live/doctor/diagnose.js')
    const diagnosis = await diagnoseTarget(state.target, join(snapshotFolder(io), 'x.heapsnapshot'))
    const envelope = { command: 'doctor', target: targetFacts(state.target), heaps: [] }
    task.clear()
    await answer(diagnosisReport(diagnosis), envelope, { options, io })
  })
  add(
    new Command('help')
      .description('This list, or how to use one verb.')
      .argument('[verb]', 'a verb')
      .action((name?: string) => {
        if (name === undefined) {
          io.stdout.write(sessionHelp(verbs.commands, io.stdout.isTTY ? (io.stdout.columns || 80) - 1 : 120))
          return
        }
        const verb = verbs.commands.find(verb => [verb.name(), ...verb.aliases()].includes(name))
        if (verb === undefined) verbs.error(`error: there is no verb '${name}'; \`help\` lists them`)
        else verb.outputHelp()
      }),
  )
  add(new Command('exit').alias('quit').description('Leave the target as it was found.')).action(() => {
    throw new SessionEnd()
  })
  return verbs
}

interface SnapshotOptions {
  readonly output?: string
  readonly force?: boolean
  readonly capture?: CaptureChoice
}

const comparesIds = 'new compares the ids of objects'

/** Raises the peaks to the counts of a heap. */
function grow(heap: Heap, { peaks }: SessionState): void {
  peaks.bare = growth(peaks.bare, census(heap)).peak
  peaks.qualified = growth(peaks.qualified, census(heap, true)).peak
}

async function askInSession(
  { analysis, argument, values }: Invocation,
  state: SessionState,
  task: ShownTask,
  io: Io,
): Promise<void> {
  const options = values as unknown as AnswerOptions
  const { quiet = false } = options
  const before = state.costs.length
  const { report, heaps, explore } = await answered()
  task.clear()
  state.shown(report)
  const captures = state.costs.slice(before)
  const findings = captures.length === 0 ? report.findings : { ...report.findings, captures }
  await answer(
    findings === undefined ? report : { ...report, findings },
    { command: analysis.name, target: targetFacts(state.target), heaps, ...(explore === undefined ? {} : { explore }) },
    { options, io },
  )

  async function answered(): Promise<Answered> {
    if (analysis.name === 'growth') return growthSincePeak()
    if (analysis.heaps === 'series') return askHeaps({ analysis, values }, await seriesFor(analysis.name), task)
    const expressions = (values.expr ?? []) as readonly string[]
    const idsFor = expressions.length === 0 ? undefined : 'the object of --expr has to be found in the heap'
    const heap = await state.heap(task, { quiet, idsFor })
    const ids = expressions.length === 0 ? [] : await idsOfExpressions(state.target, expressions)
    const given = 'since' in analysis.options ? await withSince(values, heap) : values
    const asked = { ...given, id: [...((given.id ?? []) as number[]), ...ids] }
    return askHeap({ analysis, values: asked, argument }, heap, task)
  }

  // Objects newer than the mark are red, unless --since names another heap. Heaps captured by another method have other
  // ids.
  async function withSince(values: Invocation['values'], heap: Heap): Promise<Invocation['values']> {
    if (values.since !== undefined) return withOlderHeap(values, task)
    const { marked } = state
    return marked !== undefined && isComparable(marked, heap.origin) ? { ...values, since: marked } : values
  }

  // As in objgraph: captures, reports the types above the highest count seen, and raises the peak.
  async function growthSincePeak(): Promise<Answered> {
    await state.capture(task, { quiet })
    const heap = await state.heap(task)
    const before = values.qualified === true ? state.peaks.qualified : state.peaks.bare
    grow(heap, state)
    return { report: growthReport(before, heap, values).report, heaps: [heapFacts(heap)] }
  }

  async function seriesFor(name: string): Promise<readonly (string | Heap)[]> {
    if (state.taken.length === 0) {
      throw new LeakscopeError('NOT_FOUND', `${name} compares heaps, and none has been captured yet`, {
        hint: 'Run `mark`, let the program work, then repeat the command.',
      })
    }
    if (name === 'new-ids') return heapsForNew()
    // Heaps written by V8 and heaps read from memory differ in V8's internal objects, which would look like growth.
    const byV8 = (path: string): boolean => state.costs.findLast(cost => cost.path === path)?.way !== 'memory'
    const isWithV8 = state.taken.every(byV8) || (state.mark !== undefined && byV8(state.mark))
    await state.capture(task, { quiet, idsFor: isWithV8 ? 'it is compared with heaps that V8 wrote' : undefined })
    const last = state.taken.at(-1)!
    return state.taken.filter(path => byV8(path) === byV8(last))
  }

  // The mark or the current heap, and one captured now, whose objects are matched or have V8's ids like the first.
  async function heapsForNew(): Promise<readonly (string | Heap)[]> {
    const before = state.markedHeap ?? (state.mark === undefined ? await state.heap(task) : undefined)
    const isFromMemory = before?.graph.address !== undefined
    const earlier = isFromMemory ? before : (state.mark ?? state.taken[0]!)
    await state.capture(task, { quiet, idsFor: comparesIds, ...(isFromMemory ? { matching: { before } } : {}) })
    return [earlier, await state.heap(task)]
  }
}
