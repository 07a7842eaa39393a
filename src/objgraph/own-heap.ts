import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHeap } from '../acquire/open-heap.js'
import { LeakscopeError } from '../errors.js'
import { type HeapGraph, type NodeIndex, nodeTypeNumber } from '../graph/heap-graph.js'
import { without } from '../graph/without.js'
import type { Heap } from '../heap/heap.js'
import { captureOwnProcess, ownSession, sign } from '../live/own-process.js'
import { writeSnapshot } from '../snapshot/write.js'
import { type Task, untold } from '../task.js'
import { findMarker, isOurFunction, isTransient, ourNodes } from './ours.js'
import { waiting } from './waiting.js'

/** The heap of the process that has loaded leakscope, without what leakscope itself retains. */
export interface OwnHeap extends Heap {
  /** What was left out: leakscope's modules, the answers it gave, and its current call. */
  readonly left: { readonly nodes: number; readonly bytes: number }
}

/**
 * Captures the heap of this process, for any number of functions that take a heap. What leakscope retains (its modules,
 * heaps and answers) is left out; variables of functions that wait for an answer are not. The process pauses while V8
 * writes the snapshot (into the temporary folder), and is busy while it is read.
 */
export const ownHeap = async (task: Task = untold): Promise<OwnHeap> => (await captured([], task)).heap

/**
 * The same, with the nodes of some live values: `undefined` for a value that is not an object of the heap, such as a
 * number.
 */
export async function captured(
  values: readonly unknown[],
  task: Task = untold,
): Promise<{ readonly heap: OwnHeap; readonly nodes: readonly (NodeIndex | undefined)[] }> {
  const folder = roomFor(() => mkdtempSync(join(tmpdir(), 'leakscope-')))
  try {
    const path = join(folder, 'own.heapsnapshot')
    primed ??= prime(path).catch(error => {
      primed = undefined
      throw error
    })
    await primed
    roomFor(() => captureOwnProcess(path, values))
    const capturedAt = new Date().toISOString()
    const whole = await openHeap(path, task)
    markOurs(whole.graph)
    const shown = findMarker(whole.graph)
    const asked = values.map((_, at) => shown.values.get(at))
    const { calls, waiters } = waiting(whole.graph, closure => isOurFunction(whole.graph, closure))
    const { graph, left, nodeOf } = without(whole.graph, {
      dropped: ourNodes(whole.graph, [...shown.answers, ...calls]),
      ignored: (edge, from) => isTransient(whole.graph, edge, from),
      kept: [...waiters, ...asked.filter(node => node !== undefined)],
    })
    const session = ownSession(shown.canary)
    const origin = { path: null, pid: process.pid, nodeVersion: process.version, capturedAt, session }
    const heap = markOurs({ ...whole, graph: markOurs(graph), origin, left })
    return { heap, nodes: asked.map(node => (node === undefined ? undefined : nodeOf(node))) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Runs `write`, which writes into the temporary folder. Errors: OUTPUT if it fails. */
function roomFor<T>(write: () => T): T {
  try {
    return write()
  } catch (cause) {
    throw new LeakscopeError(
      'OUTPUT',
      `${tmpdir()} cannot hold a snapshot of this process: ${(cause as Error).message}`,
      {
        hint: 'Set TMPDIR to a folder with enough space; under the permission model, allow both --allow-fs-read and --allow-fs-write for it.',
        cause,
      },
    )
  }
}

let primed: Promise<unknown> | undefined

/**
 * Node.js loads and compiles parts of itself on first use. Reading a small snapshot before the first capture loads
 * everything needed, so that the second capture does not show it as growth.
 */
async function prime(path: string): Promise<void> {
  writeFileSync(path, [...writeSnapshot(rootAlone)].join(''))
  await openHeap(path, untold)
  rmSync(path)
  mkdtempSync(join(path, '..', 'primed-'))
  randomUUID()
}

const rootAlone: HeapGraph = {
  nodeCount: 1,
  edgeCount: 0,
  root: 0,
  nodeType: Uint8Array.of(nodeTypeNumber('synthetic')),
  nodeName: Uint32Array.of(0),
  nodeId: Uint32Array.of(1),
  selfSize: Float64Array.of(0),
  detachedness: new Uint8Array(1),
  firstEdge: new Uint32Array(2),
  edgeType: new Uint8Array(),
  edgeName: new Uint32Array(),
  edgeTo: new Uint32Array(),
  strings: { length: 1, at: () => '', isShort: () => true },
  extraNativeBytes: 0,
}

/**
 * Marks an object, and what its properties refer to, as an answer of leakscope: heaps of this process leave them out,
 * whatever retains them.
 */
export function markOurs<T extends object>(answer: T): T {
  for (const part of [answer, ...Object.values(answer)]) {
    if (typeof part === 'object' && part !== null) sign.answers.add(part)
  }
  return answer
}
