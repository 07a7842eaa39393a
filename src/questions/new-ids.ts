import { LeakscopeError } from '../errors.js'
import type { Heap } from '../heap/heap.js'
import { type KnownIds, knownIds, type NewIds, newIds } from '../heap/known-ids.js'
import { oneByOne } from '../heap/one-by-one.js'
import { standard } from '../report/columns.js'
import type { Section } from '../report/report.js'
import { flag, type SeriesAnalysis, seriesAnalysis } from './ask/analysis.js'
import { choice, cutNote, limit } from './ask/options.js'

const orders = ['deltas', 'new', 'current', 'old'] as const
const options = {
  limit: limit('how many types', 10),
  sortby: choice('--sortby', 'the order', orders, 'deltas'),
  qualified: flag('--qualified', 'distinguish classes of the same name by their file: store.js:Session'),
}

/** `leakscope new-ids`: for each heap after the first, the objects that the previous one did not have. */
export const newIdsAnalysis: SeriesAnalysis = seriesAnalysis({
  name: 'new-ids',
  aliases: ['new'],
  summary:
    'Objects new since the previous heap, by type (on a live target, or heaps of one unbroken session, in which V8 keeps ids)',
  heaps: 'series',
  options,
  async run(heaps, { limit, sortby, qualified }) {
    const key = sortby === 'deltas' ? 'delta' : sortby
    let before: KnownIds | undefined
    const sections: Section[] = []
    const notes: string[] = []
    await oneByOne(heaps, heap => {
      if (before !== undefined) {
        const all = newIds(before, heap, qualified)
          .filter(row => row.new > 0 || row.delta !== 0)
          .sort((a, b) => b[key] - a[key] || b.new - a.new || (a.type < b.type ? -1 : 1))
        sections.push(newIdsTable(all.slice(0, limit), heap))
        notes.push(...cutNote(Math.min(limit, all.length), all.length), ...matchNote(heap))
      }
      before = knownIds(heap, qualified)
    })
    if (sections.length === 0) {
      throw new LeakscopeError('USAGE', 'new-ids compares two heaps or more', {
        hint: 'For example: leakscope new-ids 4121 --every 10s',
      })
    }
    return { title: 'New objects', sections, notes }
  },
})

/** How objects were matched, if they have no ids of V8. */
function matchNote({ origin: { follows } }: Heap): string[] {
  if (follows === undefined) return []
  const share = (Math.floor(follows.matched * 1000) / 10).toFixed(1)
  return [
    `The heaps were read from memory, without ids of V8: ${share} % of the later heap's nodes were found in the earlier one by address, contents and retainers. ` +
      'Moved objects that nothing identifies, mostly strings and code, count as new.',
  ]
}

function newIdsTable(rows: readonly NewIds[], heap: Heap): Section {
  return {
    shape: 'table',
    title: `New in ${heap.origin.path ?? 'the heap'}`,
    columns: [
      standard.type,
      { key: 'old', title: 'Old ids', unit: 'count' },
      { key: 'current', title: 'Current ids', unit: 'count' },
      { key: 'new', title: 'New ids', unit: 'count' },
      { key: 'delta', title: 'Count delta', unit: 'change' },
      { key: 'example', title: 'Newest', unit: 'id' },
    ],
    // V8 assigns ascending ids, so the largest is the newest.
    rows: rows.map(({ ids, ...row }) => ({
      ...row,
      example: ids.length === 0 ? null : ids.reduce((a, b) => Math.max(a, b)),
    })),
  }
}
