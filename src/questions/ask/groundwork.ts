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

// In the order in which they ask for one another.
const facts: readonly (readonly [says: string, fact: (graph: HeapGraph) => unknown])[] = [
  ['pairing WeakMap entries', ephemerons],
  ['finding what retains', retainingBits],
  ['finding who refers to what', incoming],
  ['finding dominators', dominatorTree],
  ['adding up sizes', shallowSizes],
  ['adding up retained sizes', retainedSizes],
  ['measuring distances', distances],
]

/**
 * Works out what nearly every question asks of a heap, one fact after the other: each is said to `task`, and between them Ctrl-C has its
 * turn, which it cannot have within `run`. The facts are remembered, so `run` finds them done. Nothing where a question needs none.
 * Errors: the reason of `task.signal`.
 */
export async function groundwork(
  graph: HeapGraph,
  analysis: HeapAnalysis,
  values: Values<HeapAnalysis['options']>,
  argument: string | undefined,
  task: Task,
): Promise<void> {
  if (!analysis.unweighed && analysis.fromNodes?.(values, argument) === undefined) {
    for (const [at, [says, fact]] of facts.entries()) {
      await stage(task, says, at / facts.length)
      fact(graph)
    }
  }
  await stage(task, analysis.name)
}
