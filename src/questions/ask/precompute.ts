import { distances } from '../../graph/distances.js'
import { dominatorTree } from '../../graph/dominators.js'
import { ephemerons } from '../../graph/ephemerons.js'
import type { HeapGraph } from '../../graph/heap-graph.js'
import { incoming } from '../../graph/incoming.js'
import { retainedSizes } from '../../graph/retained-sizes.js'
import { retainingBits } from '../../graph/retaining.js'
import { shallowSizes } from '../../graph/shallow-sizes.js'
import { stage, type Task } from '../../task.js'
import type { HeapAnalysis, Values } from './analysis.js'

// In order of dependency.
const facts: readonly (readonly [name: string, fact: (graph: HeapGraph) => unknown])[] = [
  ['pairing WeakMap entries', ephemerons],
  ['finding retaining edges', retainingBits],
  ['finding referrers', incoming],
  ['finding dominators', dominatorTree],
  ['adding up sizes', shallowSizes],
  ['adding up retained sizes', retainedSizes],
  ['measuring distances', distances],
]

/**
 * Computes the facts that nearly every question needs, one after the other. Each is reported to `task`, and Ctrl-C
 * takes effect between them, which it cannot within `run`. The facts are memoised for `run`. Does nothing for a
 * question that needs none. Errors: the reason of `task.signal`.
 */
export async function precompute(
  graph: HeapGraph,
  analysis: HeapAnalysis,
  values: Values<HeapAnalysis['options']>,
  argument: string | undefined,
  task: Task,
): Promise<void> {
  if (!analysis.unweighed && analysis.fromNodes?.(values, argument) === undefined) {
    for (const [at, [name, fact]] of facts.entries()) {
      await stage(task, name, at / facts.length)
      fact(graph)
    }
  }
  await stage(task, analysis.name)
}
