import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Heap } from '../analysis/index.js'
import type { NodeIndex } from '../graph/heap-graph.js'
import { without } from '../graph/without.js'
import { openHeap } from '../heaps.js'
import { captureOwnProcess, ownSession, sign } from '../live/own-process.js'
import { type Task, untold } from '../task.js'
import { ourNodes, signIn } from './ours.js'

/** The heap of the process leakscope is loaded into, without what leakscope itself holds. */
export interface OwnHeap extends Heap {
  /** What was left out: leakscope's modules, the answers it gave, and the stack of the call. */
  readonly left: { readonly nodes: number; readonly bytes: number }
}

/**
 * Captures the heap of this very process: the functions that take a heap can then be asked about it, all of the same moment. What
 * leakscope holds (its modules, heaps and answers it gave) is left out, and what only the stack holds. The process stands still
 * while V8 writes the snapshot (into the temporary folder), and computes while it is read.
 */
export const ownHeap = async (task: Task = untold): Promise<OwnHeap> => (await captured([], task)).heap

/** The same, with where in it some live values are: `undefined` for a value that is no object of the heap, such as a number. */
export async function captured(
  values: readonly unknown[],
  task: Task = untold,
): Promise<{ readonly heap: OwnHeap; readonly nodes: readonly (NodeIndex | undefined)[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-'))
  try {
    const path = join(folder, 'own.heapsnapshot')
    captureOwnProcess(path, values)
    const capturedAt = new Date().toISOString()
    const whole = await openHeap(path, task)
    telling(whole.graph)
    const shown = signIn(whole.graph)
    const asked = values.map((_, at) => shown.values.get(at))
    const { graph, left, nodeOf } = without(
      whole.graph,
      ourNodes(whole.graph, shown.answers),
      asked.filter(node => node !== undefined),
    )
    const session = ownSession(shown.canary)
    const origin = { path: null, pid: process.pid, nodeVersion: process.version, capturedAt, session }
    const heap = telling({ ...whole, graph, origin, left })
    return { heap, nodes: asked.map(node => (node === undefined ? undefined : nodeOf(node))) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Remembers that an object is an answer of ours, which heaps of this process are to leave out, whoever keeps it. */
export function telling<T extends object>(answer: T): T {
  sign.answers.add(answer)
  return answer
}
