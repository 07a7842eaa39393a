import type { Heap } from '../heap/heap.js'
import type { Section } from '../report/report.js'
import { defaultsOf, type HeapAnalysis, heapAnalysis } from './ask/analysis.js'
import { closuresAnalysis } from './closures.js'
import { collectionsAnalysis } from './collections.js'
import { listenersAnalysis } from './listeners.js'
import { overviewAnalysis } from './overview.js'
import { promisesAnalysis } from './promises.js'
import { stringsAnalysis } from './strings.js'
import { suspectsAnalysis } from './suspects.js'
import { timersAnalysis } from './timers.js'
import { typesAnalysis } from './types.js'

// In page order, each with the options that differ from the command's defaults.
const parts: readonly (readonly [analysis: HeapAnalysis, title: string, values: Readonly<Record<string, unknown>>])[] =
  [
    [suspectsAnalysis, '', {}],
    [typesAnalysis, 'Types', { limit: 2000, sort: 'retained' }],
    [collectionsAnalysis, 'Collections', { limit: 200 }],
    [listenersAnalysis, 'Listeners', { limit: 100 }],
    [closuresAnalysis, 'Closures', { limit: 100 }],
    [timersAnalysis, 'Timers', { limit: 100 }],
    [promisesAnalysis, 'Promises', { limit: 100 }],
    [stringsAnalysis, 'Strings', { limit: 100 }],
  ]

/**
 * The content of `leakscope report` for one heap: the answers of all questions that need no argument. Notes about
 * options are left out, since a page has none.
 */
export const everythingAnalysis: HeapAnalysis = heapAnalysis({
  name: 'report',
  summary: 'One page about heaps, to open, share and attach to an issue',
  heaps: 1,
  options: {},
  run(heap) {
    const overview = overviewAnalysis.run(heap, {})
    return {
      title: overview.title,
      ...(overview.headline === undefined ? {} : { headline: overview.headline }),
      sections: parts.flatMap(([analysis, title, values]) => sectionsOf(heap, analysis, title, values)),
      notes: [],
    }
  },
})

function sectionsOf(
  heap: Heap,
  analysis: HeapAnalysis,
  title: string,
  given: Readonly<Record<string, unknown>>,
): readonly Section[] {
  const { sections } = analysis.run(heap, { ...defaultsOf(analysis), ...given })
  return sections
    .filter(section => section.shape !== 'table' || section.rows.length > 0)
    .map((section, at) => (at === 0 && title !== '' ? { ...section, title } : section))
}
