import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { distances } from '../../src/graph/distances.js'
import { dominators } from '../../src/graph/dominators.js'
import type { HeapGraph } from '../../src/graph/heap-graph.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { shallowSizes } from '../../src/graph/shallow-sizes.js'
import { openSnapshot } from '../../src/snapshot/open.js'
import { untold } from '../../src/task.js'
import { nodeVersions } from '../node-versions.js'

// What `.ci/fetch-devtools <folder>` made.
const devtools = process.env.LEAKSCOPE_DEVTOOLS_DIR
const root = join(import.meta.dirname, '../..')

test.runIf(!devtools)(
  '[skipped] LEAKSCOPE_DEVTOOLS_DIR names no folder; .ci/fetch-devtools <folder> fills one',
  context => context.skip(),
)

describe.runIf(devtools)(
  "every node of a heap has DevTools' dominator, retained size, shallow size and distance",
  () => {
    const { path: newest } = nodeVersions().at(-1)!

    describe.each(nodeVersions())('Node.js $version', ({ path }) => {
      test.each([
        ['a program with a bit of everything', []],
        ["the same, with V8's internals", ['{"exposeInternals":true,"exposeNumericValues":true}']],
      ])('%s', async (_, exposed) => {
        await expectSame(path, [join(root, 'bench/program.js'), '10000', ...exposed], 100_000)
      })
    })

    test('the TypeScript compiler at work', async () => {
      await expectSame(process.execPath, [join(import.meta.dirname, 'compiler.cjs')], 250_000)
    })

    async function expectSame(node: string, [program, ...words]: string[], atLeast: number): Promise<void> {
      const folder = mkdtempSync(join(tmpdir(), 'leakscope-differential-'))
      const [snapshot, columns] = [join(folder, 'heap.heapsnapshot'), join(folder, 'columns')]
      try {
        execFileSync(node, [program!, snapshot, ...words])
        // Its warnings about nodes that only weak references reach are no matter here.
        execFileSync(newest, [join(root, 'bench/devtools/columns.js'), devtools!, snapshot, columns], {
          stdio: 'ignore',
        })
        const { graph } = await openSnapshot(snapshot, untold)
        expect(graph.nodeCount).toBeGreaterThan(atLeast)
        const theirs = readColumns(columns, graph.nodeCount)
        const ours = {
          dominators: dominators(graph),
          retainedSizes: retainedSizes(graph),
          shallowSizes: shallowSizes(graph),
          distances: distances(graph),
        }
        for (const fact of ['dominators', 'retainedSizes', 'shallowSizes', 'distances'] as const) {
          expect(differing(graph, ours[fact], theirs[fact]), fact).toEqual([])
        }
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
  },
)

/** The columns as bench/devtools/columns.js describes them. */
function readColumns(path: string, nodes: number) {
  const { buffer, byteOffset, length } = readFileSync(path)
  const bytes = buffer.slice(byteOffset, byteOffset + length)
  expect(length).toBe(24 * nodes)
  return {
    dominators: new Uint32Array(bytes.slice(0, 4 * nodes)),
    retainedSizes: new Float64Array(bytes.slice(4 * nodes, 12 * nodes)),
    shallowSizes: new Float64Array(bytes.slice(12 * nodes, 20 * nodes)),
    distances: new Uint32Array(bytes.slice(20 * nodes)),
  }
}

/** The first few nodes that are told differently. */
function differing(graph: HeapGraph, ours: ArrayLike<number>, theirs: ArrayLike<number>): object[] {
  const found: object[] = []
  for (let node = 0; node < graph.nodeCount && found.length < 5; node++) {
    if (ours[node] !== theirs[node]) found.push({ id: graph.nodeId[node], ours: ours[node], theirs: theirs[node] })
  }
  return found
}
