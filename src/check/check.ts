import { LeakSeries, type Leaks } from '../growth/leaks.js'
import { suspectSections } from '../growth/suspects/sections.js'
import type { Suspect } from '../growth/suspects/suspect.js'
import { unretainedNotes } from '../growth/unretained.js'
import { perhapsNone, type Verdict } from '../growth/verdict.js'
import { oneByOne } from '../heap/one-by-one.js'
import type { OutsideHeap } from '../outside-heap.js'
import { standard } from '../report/columns.js'
import type { Report, Series, Table } from '../report/report.js'
import type { Task } from '../task.js'
import { allocationSites, withAllocations } from './allocated-at.js'
import type { Growing } from './memory-trends.js'
import { nativeSuspect } from './native-suspect.js'
import { type Notes, noNotes } from './notes.js'
import { freeShare, growingPart, majority, verdictWithOutside } from './outside.js'
import { defaultRounds } from './plan.js'
import { type CheckOptions, rounds, roundsBetweenHeaps } from './rounds.js'
import type { CheckTarget, RoundMemory } from './target.js'
import { typeGrowth } from './type-growth.js'
import { conclude, type Wanted } from './verdict.js'

/** The result of a leak check. */
export interface CheckResult {
  readonly verdict: Verdict
  /** Reasons for the verdict, in sentences. */
  readonly reasons: readonly string[]
  readonly suspects: readonly Suspect[]
  /** Other growth, which levels off or may be chance. */
  readonly doubtful: readonly Suspect[]
  readonly memory: readonly RoundMemory[]
  /** The result as a report; its findings are those of the JSON. */
  readonly report: Report
}

/**
 * Checks a process for leaks: after a warm-up, it makes rounds of work with a garbage collection and a memory reading
 * after each, captures up to eight heaps (three if a capture pauses the program), compares them and concludes by
 * statistics. If undecided, and if a capture does not pause the program, more rounds follow: see `mostRounds`. Errors:
 * USAGE for fewer than two rounds, and whatever the target throws.
 */
export async function check(target: CheckTarget, options: CheckOptions, task: Task): Promise<CheckResult> {
  const notes = noNotes()
  const series = new LeakSeries(roundsBetweenHeaps(options.rounds ?? defaultRounds), () => notes.moments)
  // The result after the rounds, unless more follow.
  let answer: Answer | undefined
  const heaps = rounds(target, options, notes, task, () => {
    answer = answerOf(target, series.answer(), notes)
    return answer.wanted
  })
  await oneByOne(heaps, (heap, mayBeLast) => {
    answer = undefined
    series.add(heap, mayBeLast)
  })
  return (answer ?? answerOf(target, series.answer(), notes)).result
}

interface Answer {
  readonly result: CheckResult
  /** What would decide an inconclusive result. */
  readonly wanted: Wanted | undefined
}

function answerOf(target: CheckTarget, found: Leaks, notes: Notes): Answer {
  const { growing, ...concluded } = conclude(notes, found)
  const sites = allocationSites(notes.allocations)
  const inHeap = withAllocations(found.suspects, sites)
  const outside = target.outside?.() ?? { parts: [], allocator: [] }
  const suspects = [...inHeap, ...nativeSuspects(growing, inHeap, outside)]
  const judged = { ...concluded, suspects: suspects.length }
  const { verdict, reasons, wanted } = verdictWithOutside(judged, growing, outside, notes.memory)
  return {
    wanted,
    result: {
      verdict,
      reasons,
      suspects,
      doubtful: [...found.levelling, ...found.uncertain],
      memory: [...notes.memory],
      report: reported(verdict, reasons, suspects, found, notes),
    },
  }
}

/** The growth outside V8's heap that the suspects found do not explain. */
function nativeSuspects(growing: readonly Growing[], inHeap: readonly Suspect[], outside: OutsideHeap): Suspect[] {
  const explained = inHeap.reduce((sum, { leaked }) => sum + leaked.bytesPerRound, 0)
  return (
    growing
      .filter(({ what, perRound }) => what !== 'heap' && perRound > 3 * explained)
      // Free memory that the allocator keeps is not a leak.
      .filter(({ what, gained }) => what !== 'native' || freeShare(outside, gained) < majority)
      .map((row, at) =>
        nativeSuspect(row, inHeap.length + at + 1, row.what === 'native' ? growingPart(outside) : undefined),
      )
  )
}

const titles: Readonly<Record<Verdict, string>> = {
  leaking: 'Leaking',
  'not-leaking': 'Not leaking',
  inconclusive: 'Inconclusive',
}

function reported(
  verdict: Verdict,
  reasons: readonly string[],
  suspects: readonly Suspect[],
  found: Leaks,
  { memory, types, sourceNames, planned, stopped }: Notes,
): Report {
  const headline = `${titles[verdict]}: ${verdict === 'leaking' && suspects.length > 0 ? suspects[0]!.headline : reasons[0]}`
  return {
    title: headline,
    headline,
    sections: [memorySeries(memory), ...typeGrowthTable(types, sourceNames), ...suspectSections(suspects)],
    notes: [
      ...reasons,
      ...(memory.length > planned
        ? [`Undecided after ${planned} rounds, so ${memory.length - planned} more followed.`]
        : []),
      ...(stopped === undefined || reasons.includes(stopped) ? [] : [stopped]),
      ...found.levelling.map(({ headline }) => `Bounded so far: ${headline}; it gained less each time.`),
      ...found.uncertain.map(perhapsNone),
      ...unretainedNotes(found.unretained),
      ...found.notes,
      ...(memory.some(({ touched }) => touched)
        ? ['RSS and USS of the rounds after the first capture include what the capture left behind.']
        : []),
    ],
    findings: { verdict, reasons, suspects, memory },
  }
}

function memorySeries(memory: readonly RoundMemory[]): Series {
  const line = (
    key: 'heapUsed' | 'external' | 'arrayBuffers' | 'rss' | 'uss',
    title: string,
  ): Series['lines'][number] => ({
    key,
    title,
    unit: 'bytes',
    values: memory.map(reading => reading[key]),
  })
  return {
    shape: 'series',
    title: 'Memory by round, garbage collected',
    seconds: memory.map(({ seconds }) => seconds),
    lines: [
      line('heapUsed', 'V8 heap'),
      line('external', 'External'),
      line('arrayBuffers', 'Array buffers'),
      line('rss', 'RSS'),
      line('uss', 'USS'),
    ].filter(({ values }) => values.some(value => value !== null)),
  }
}

/** Types that had more objects in every heap. */
function typeGrowthTable(types: Notes['types'], sourceNames: Notes['sourceNames']): Table[] {
  const rows = typeGrowth(types)
  if (rows.length === 0) return []
  return [
    {
      shape: 'table',
      title: 'Types with more objects in every heap',
      columns: [standard.type, standard.count, { key: 'delta', title: 'Delta', unit: 'change' }, standard.bytes],
      rows: rows.map(row => ({ ...row, type: sourceNames.get(row.type) ?? row.type })),
    },
  ]
}
