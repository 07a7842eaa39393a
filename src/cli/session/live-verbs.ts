import { Command } from 'commander'
import { LeakscopeError } from '../../errors.js'
import type { NodeIndex } from '../../graph/heap-graph.js'
import { nodeWithId } from '../../graph/ids.js'
import { typeOf } from '../../graph/types.js'
import { describe } from '../../heap/describe.js'
import type { Heap } from '../../heap/heap.js'
import { objectFields } from '../../heap/object-fields.js'
import { placeOf } from '../../heap/places.js'
import { type LiveObject, liveObjectAt, liveResult, liveValueAt } from '../../live/live-value.js'
import { processMemory, v8Memory } from '../../live/memory.js'
import { collectGarbage } from '../../live/protocol/collect.js'
import { memoryLine } from '../../memory-line.js'
import type { Place } from '../../place.js'
import { limit } from '../../questions/ask/options.js'
import { selectOptions } from '../../questions/ask/selection.js'
import { plain } from '../../render/plain-text.js'
import { standard } from '../../report/columns.js'
import type { Report, Row } from '../../report/report.js'
import { sized } from '../../units.js'
import { ago } from '../age.js'
import { type AnswerOptions, answer, withAnswerOptions } from '../answer.js'
import { targetFacts } from '../answering.js'
import type { Io } from '../io.js'
import type { ShownTask } from '../progress.js'
import type { SessionState } from './state.js'

/** The verbs about the live state of the target, rather than its last heap. */
export function liveVerbs(state: SessionState, task: ShownTask, io: Io): Command[] {
  const { target } = state
  const most = limit('how many fields and entries', 30)
  return [
    withAnswerOptions(
      new Command('inspect')
        .description('The live value of an object: its fields and entries as they are now. Getters are not run.')
        .argument('<id>', '@1203, as other verbs show it', selectOptions.id.parse)
        .option(most.flags, most.summary, most.parse as (text: string) => number, most.default),
    ).action(async (id: number, options: AnswerOptions & { readonly limit: number }) => {
      if (!(await state.idsHold(task))) {
        await show('inspect', fromHeap(await state.heap(task), id, options.limit), options)
        return
      }
      task.progress(`looking for @${id}`)
      const found = await liveObjectAt(target, id, Math.min(options.limit, MOST_FIELDS))
      if (found === undefined) throw await goneOrHidden(id)
      await show('inspect', inspected(id, found, await placeKnown(id)), options)
    }),

    withAnswerOptions(
      new Command('at')
        .description("objgraph's `at`: the live objects with these ids, one line each.")
        .argument('<ids...>', '@1203 @1207', gathered),
    ).action(async (ids: number[], options: AnswerOptions) => {
      const rows: Row[] = []
      if (!(await state.idsHold(task))) {
        const heap = await state.heap(task)
        for (const id of ids) {
          const node = nodeWithId(heap.graph, id)
          rows.push({
            id,
            value: node === undefined ? '(not in this heap)' : wordsOf(heap, node),
            place: shown(node === undefined ? undefined : placeOf(heap, node)),
          })
        }
        await show('at', { title: 'Objects', sections: [table('', atColumns, rows)], notes: [asOf(heap)] }, options)
        return
      }
      for (const [place, id] of ids.entries()) {
        task.signal.throwIfAborted()
        task.progress(`looking for @${id}`, place / ids.length)
        const found = await liveValueAt(target, id)
        rows.push({
          id,
          value: found?.text ?? '(gone, or not a JavaScript object)',
          place: shown(await placeKnown(id)),
        })
      }
      await show('at', { title: 'Live objects', sections: [table('', atColumns, rows)], notes: [] }, options)
    }),

    new Command('$')
      .description('Evaluate JavaScript in the target, like a REPL: `$ globalThis.cache.size`.')
      .argument('[expression...]', 'the rest of the line')
      // An expression may begin with a minus.
      .allowUnknownOption()
      .action(async (args: readonly string[]) => {
        if (args.length === 0) {
          throw new LeakscopeError('USAGE', '$ needs an expression', {
            hint: 'For example: `$ process.memoryUsage()`.',
          })
        }
        const { text, id } = await liveResult(target, args.join(' '), task.signal)
        if (id !== undefined) state.offer([id])
        io.stdout.write(`${plain(text)}${id === undefined ? '' : `  @${id}`}\n`)
      }),

    new Command('gc').description('Collect garbage in the target.').action(async () => {
      const before = await v8Memory(target)
      await collectGarbage(target, task)
      const after = await v8Memory(target)
      task.clear()
      io.stdout.write(`V8 heap used: ${sized(before.heapUsed)} → ${sized(after.heapUsed)}\n`)
    }),

    new Command('memory')
      .description('Print the memory of the target in one line.')
      .argument('[hint...]', 'the text at the beginning of the line')
      .action(async (hint: readonly string[]) => {
        const outside = target.pid === null ? undefined : await processMemory(target.pid)
        const memory = outside ?? { uss: null, rss: (await v8Memory(target)).rss }
        io.stdout.write(`${memoryLine(hint.join(' ') || 'now', memory)}\n`)
        if (outside?.uss == null) io.stderr.write('RSS is shown, not USS: it cannot be read for this process.\n')
      }),
  ]

  async function show(command: string, report: Report, options: AnswerOptions): Promise<void> {
    task.clear()
    state.shown(report)
    await answer(report, { command, target: targetFacts(target), heaps: [] }, { options, io })
  }

  /** The source location of a function or of an object's class, if the last heap has it. */
  async function placeKnown(id: number): Promise<Place | undefined> {
    const heap = await state.heap(task)
    const node = nodeWithId(heap.graph, id)
    return node === undefined ? undefined : placeOf(heap, node)
  }

  async function goneOrHidden(id: number): Promise<LeakscopeError> {
    const heap = await state.heap(task)
    const node = nodeWithId(heap.graph, id)
    if (node === undefined) {
      return new LeakscopeError('NOT_FOUND', `no object @${id} is in the target`, {
        hint: 'Ids are those of the last heap: `find --type Session` shows some.',
      })
    }
    const was = wordsOf(heap, node)
    return new LeakscopeError(
      'NOT_FOUND',
      `@${id} no longer exists, or V8 does not expose it; in the last heap it was ${was}`,
      {
        hint: `Strings and V8's own objects are seen only in the heap: \`refs --id @${id}\`.`,
      },
    )
  }
}

const wordsOf = (heap: Heap, node: NodeIndex): string =>
  [typeOf(heap.graph, node), describe(heap, node)].filter(Boolean).join(' ')

/** The note about ids that the process does not know, since a forked child was read. */
const asOf = ({ origin }: Heap): string =>
  `These are values of the heap captured ${ago(origin.capturedAt ?? '')} in a forked child, whose ids the process does not know. ` +
  'For live values run `snapshot --capture inspector` (the target pauses meanwhile) and find the object there.'

/** An object as described in the last heap. */
function fromHeap(heap: Heap, id: number, limit: number): Report {
  const node = nodeWithId(heap.graph, id)
  if (node === undefined) {
    throw new LeakscopeError('NOT_FOUND', `no object @${id} is in the last heap`, {
      hint: '`find --type Session` shows ids of the last heap.',
    })
  }
  const { fields, total } = objectFields(heap, node, limit)
  const found = {
    text: wordsOf(heap, node),
    total,
    fields: fields.map(({ name, value, id }) => ({ name, text: value, id })),
  }
  const report = inspected(id, found, placeOf(heap, node))
  return { ...report, notes: [...report.notes, asOf(heap)] }
}

// The maximum requested from a target at once; more is unreadable anyway.
const MOST_FIELDS = 10_000

const gathered = (text: string, before: unknown): number[] => [
  ...((before as number[] | undefined) ?? []),
  selectOptions.id.parse!(text) as number,
]

const atColumns = [standard.id, standard.value, standard.place] as const
const fieldColumns = [{ key: 'name', title: 'Field', unit: 'text' }, standard.value, standard.id] as const

const table = (title: string, columns: typeof atColumns | typeof fieldColumns, rows: readonly Row[]) =>
  ({ shape: 'table', title, columns, rows }) as const

const shown = (place: Place | undefined): string =>
  place === undefined ? '' : `${place.file}:${place.line}:${place.column}`

function inspected(
  id: number,
  { text, fields, total, closed }: Omit<LiveObject, 'id'>,
  place: Place | undefined,
): Report {
  const more = total - fields.length
  return {
    title: `@${id}`,
    headline: [`@${id} ${text}`, shown(place)].filter(Boolean).join('  '),
    sections:
      fields.length === 0
        ? []
        : [
            table(
              '',
              fieldColumns,
              fields.map(({ name, text, id }) => ({ name, value: text, id: id ?? null })),
            ),
          ],
    notes: [...(closed ? [closed] : []), ...(more > 0 ? [`${more.toLocaleString('en-US')} more; raise --limit`] : [])],
  }
}
