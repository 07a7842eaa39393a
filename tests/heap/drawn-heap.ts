import type { HeapGraph } from '../../src/graph/heap-graph.js'
import type { Heap, Origin } from '../../src/heap/heap.js'
import { scriptsIn } from '../../src/heap/v8/scripts.js'
import type { HeapAnalysis, SeriesAnalysis, Values } from '../../src/questions/ask/analysis.js'
import type { Report } from '../../src/report/report.js'
import { placesOf } from '../../src/sources/scripts.js'

/** A heap around a drawn graph, without further facts on its scripts. */
export const heapOf = ({ graph }: { readonly graph: HeapGraph }, origin: Partial<Origin> = {}): Heap => ({
  graph,
  origin: { path: null, pid: null, nodeVersion: null, capturedAt: null, session: null, ...origin },
  places: placesOf(() => scriptsIn(graph)),
  bytes: 0,
})

/** Option values as the command line parses them: `{ limit: '3', id: ['@7'] }`. */
export function valuesOf(
  { options }: HeapAnalysis | SeriesAnalysis,
  words: Readonly<Record<string, string | true | readonly string[]>>,
): Values<HeapAnalysis['options']> {
  for (const key of Object.keys(words)) if (!(key in options)) throw new Error(`there is no option ${key}`)
  return Object.fromEntries(
    Object.entries(options).map(([key, option]) => {
      const word = words[key]
      const parse = option.parse ?? (text => text)
      if (word === undefined) return [key, option.default]
      if (word === true) return [key, true]
      return [key, typeof word === 'string' ? parse(word) : word.map(parse)]
    }),
  )
}

/** Runs an analysis as the command line does. */
export const ask = (
  analysis: HeapAnalysis,
  heap: Heap,
  words: Readonly<Record<string, string | true | readonly string[]>> = {},
  argument?: string,
): Report => analysis.run(heap, valuesOf(analysis, words), argument)

/** The same for a series. */
export const askSeries = (
  analysis: SeriesAnalysis,
  heaps: readonly Heap[],
  words: Readonly<Record<string, string | true | readonly string[]>> = {},
): Promise<Report> => analysis.run(oneByOne(heaps), valuesOf(analysis, words))

async function* oneByOne(heaps: readonly Heap[]): AsyncGenerator<Heap> {
  yield* heaps
}

/** The rows of a report's first table. */
export function rowsOf({ sections: [section] }: Report): readonly Readonly<Record<string, unknown>>[] {
  if (section?.shape !== 'table') throw new Error(`a table was expected, not ${section?.shape}`)
  return section.rows
}
