import { LeakscopeError } from '../errors.js'
import { isV8Type } from '../graph/types.js'
import { type Census, census } from '../heap/census.js'
import type { Heap } from '../heap/heap.js'
import { oneByOne } from '../heap/one-by-one.js'
import type { Match } from '../heap/text-match.js'
import { standard } from '../report/columns.js'
import type { Report } from '../report/report.js'
import { flag, type SeriesAnalysis, seriesAnalysis } from './ask/analysis.js'
import { cutNote, limit, pattern } from './ask/options.js'

/** For each type, its counts at the time of its peak. Keep it between calls: there is no hidden state. */
export type PeakStats = Census

/** The peak before the first heap. */
export const noPeak: PeakStats = new Map()

/** A type with more objects than ever before. */
export interface Growth {
  readonly type: string
  /** Current number of objects. */
  readonly count: number
  /** Gain over the peak. */
  readonly delta: number
  /** Gain in shallow bytes over the peak. */
  readonly bytes: number
}

/**
 * Types with more objects than ever before, largest gain first, and the peak to pass to the next call (objgraph's
 * `growth` with an explicit peak). The peak only rises: a type that shrinks and comes back is not reported again.
 * Constructor names come before V8's types and C++ classes, unless `all`.
 */
export function growth(peak: PeakStats, now: Census, all = false): { rows: Growth[]; peak: PeakStats } {
  const rows: Growth[] = []
  const next = new Map(peak)
  for (const [type, { count, bytes }] of now) {
    const before = peak.get(type) ?? { count: 0, bytes: 0 }
    if (count <= before.count) continue
    next.set(type, { count, bytes })
    rows.push({ type, count, delta: count - before.count, bytes: bytes - before.bytes })
  }
  const isLast = ({ type }: Growth): number => (all || !isV8Type(type) ? 0 : 1)
  rows.sort((a, b) => isLast(a) - isLast(b) || b.delta - a.delta || b.bytes - a.bytes || (a.type < b.type ? -1 : 1))
  return { rows, peak: next }
}

interface GrowthValues {
  readonly limit?: number
  readonly filter?: Match | undefined
  readonly qualified?: boolean
  readonly all?: boolean
}

/** What grew beyond the peak, as a report, and the new peak. */
export function growthReport(peak: PeakStats, heap: Heap, values: GrowthValues): { report: Report; peak: PeakStats } {
  const step = growth(peak, census(heap, values.qualified), values.all)
  return { report: reportOf(step.rows, values), peak: step.peak }
}

function reportOf(rows: readonly Growth[], { limit = 10, filter, all = false }: GrowthValues): Report {
  const wanted = filter === undefined ? rows : rows.filter(({ type }) => filter(type))
  const shown = wanted.slice(0, limit)
  return {
    title: 'Growth',
    sections: [
      {
        shape: 'table',
        title: 'Types with more objects than before',
        columns: [standard.type, standard.count, { key: 'delta', title: 'Delta', unit: 'change' }, standard.bytes],
        rows: shown.map(row => ({ ...row })),
        ...(!all && { dimmed: shown.map(({ type }) => isV8Type(type)) }),
      },
    ],
    notes: wanted.length === 0 ? ['Nothing grew.'] : cutNote(shown.length, wanted.length),
  }
}

const options = {
  limit: limit('how many types', 10),
  filter: pattern('--filter', 'only types whose name matches'),
  qualified: flag('--qualified', 'distinguish classes of the same name by their file: store.js:Session'),
  all: flag('--all', "rank V8's own types, such as (string), with the others, instead of last"),
}

/** `leakscope growth before after …`: types with more objects in the last heap than in any before. */
export const growthAnalysis: SeriesAnalysis = seriesAnalysis({
  name: 'growth',
  summary: 'Types that gained objects: more than in any heap before',
  heaps: 'series',
  options,
  async run(heaps, values) {
    let peak = noPeak
    let rows: readonly Growth[] = []
    let seen = 0
    await oneByOne(heaps, heap => {
      ;({ rows, peak } = growth(peak, census(heap, values.qualified), values.all))
      seen++
    })
    if (seen < 2) {
      throw new LeakscopeError('USAGE', 'growth compares two or more heaps', {
        hint: 'For example: `leakscope growth before.heapsnapshot after.heapsnapshot`.',
      })
    }
    return reportOf(rows, values)
  },
})
