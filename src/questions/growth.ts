import { LeakscopeError } from '../errors.js'
import { types } from '../graph/types.js'
import type { Heap } from '../heap/heap.js'
import { oneByOne } from '../heap/one-by-one.js'
import type { Match } from '../heap/text-match.js'
import { qualifiedTypes } from '../heap/type-names.js'
import type { Report } from '../report/report.js'
import { flag, type SeriesAnalysis, seriesAnalysis } from './ask/analysis.js'
import { cutNote, limit, pattern } from './ask/options.js'
import { totals } from './types.js'

/** How many objects each type has, and their shallow bytes together. */
export type Census = ReadonlyMap<string, { readonly count: number; readonly bytes: number }>

/** For each type, the census of when it had most objects. Yours to keep between calls: nothing is remembered behind your back. */
export type PeakStats = Census

/** Before anything was seen. */
export const noPeak: PeakStats = new Map()

/** A type that has more objects than ever before. */
export interface Growth {
  readonly type: string
  /** Objects now. */
  readonly count: number
  /** More than at the peak. */
  readonly delta: number
  /** Shallow bytes more than at the peak. */
  readonly bytes: number
}

/**
 * Types with more objects than ever seen, most gained first, and the peak to give the next call (objgraph's `growth`, but that the
 * peak is a value): a type that shrinks and comes back is not told again, and the peak only rises.
 */
export function growth(peak: PeakStats, now: Census): { rows: Growth[]; peak: PeakStats } {
  const rows: Growth[] = []
  const next = new Map(peak)
  for (const [type, { count, bytes }] of now) {
    const before = peak.get(type) ?? { count: 0, bytes: 0 }
    if (count <= before.count) continue
    next.set(type, { count, bytes })
    rows.push({ type, count, delta: count - before.count, bytes: bytes - before.bytes })
  }
  rows.sort((a, b) => b.delta - a.delta || b.bytes - a.bytes || (a.type < b.type ? -1 : 1))
  return { rows, peak: next }
}

/** Counts a heap by type: the input of `growth`. Two passes over the nodes; no retained sizes are made. */
export function census(heap: Heap, qualified = false): Census {
  const { of, names } = qualified ? qualifiedTypes(heap) : types(heap.graph)
  const { count, shallow } = totals(heap.graph, of, names.length)
  return new Map(
    names
      .map((type, at) => [type, { count: count[at]!, bytes: shallow[at]! }] as const)
      .filter(([, { count }]) => count > 0),
  )
}

interface GrowthValues {
  readonly limit?: number
  readonly filter?: Match | undefined
  readonly qualified?: boolean
}

/** What grew beyond the peak, as a report, and the new peak: one step of a session. */
export function growthReport(peak: PeakStats, heap: Heap, values: GrowthValues): { report: Report; peak: PeakStats } {
  const step = growth(peak, census(heap, values.qualified))
  return { report: told(step.rows, values), peak: step.peak }
}

function told(rows: readonly Growth[], { limit = 10, filter }: GrowthValues): Report {
  const wanted = filter === undefined ? rows : rows.filter(({ type }) => filter(type))
  const shown = wanted.slice(0, limit)
  return {
    title: 'Growth',
    sections: [
      {
        shape: 'table',
        title: 'Types with more objects than before',
        columns: [
          { key: 'type', title: 'Type', unit: 'text' },
          { key: 'count', title: 'Count', unit: 'count' },
          { key: 'delta', title: 'Delta', unit: 'change' },
          { key: 'bytes', title: 'Bytes', unit: 'bytes' },
        ],
        rows: shown.map(row => ({ ...row })),
      },
    ],
    notes: wanted.length === 0 ? ['Nothing grew.'] : cutNote(shown.length, wanted.length),
  }
}

const options = {
  limit: limit('how many types', 10),
  filter: pattern('--filter', 'only types whose name matches'),
  qualified: flag('--qualified', 'tell classes of one name apart by their file: store.js:Session'),
}

/** `leakscope growth before after …`: what the last heap has more of than any before it. */
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
      ;({ rows, peak } = growth(peak, census(heap, values.qualified)))
      seen++
    })
    if (seen < 2) {
      throw new LeakscopeError('USAGE', 'growth compares two heaps or more', {
        hint: 'Say, for instance, `leakscope growth before.heapsnapshot after.heapsnapshot`.',
      })
    }
    return told(rows, values)
  },
})
