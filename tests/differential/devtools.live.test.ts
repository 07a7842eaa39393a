import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { distances, systemDistance } from '../../src/graph/distances.js'
import { dominators } from '../../src/graph/dominators.js'
import { edgeTypeOf, type HeapGraph, isNumbered } from '../../src/graph/heap-graph.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { shallowSizes } from '../../src/graph/shallow-sizes.js'
import { shortestPath } from '../../src/graph/shortest-path.js'
import { eachEdge } from '../../src/heap/references.js'
import { openSnapshotFile } from '../../src/snapshot/open.js'
import { untold } from '../../src/task.js'
import { nodeVersions, oldestAndNewest } from '../node-versions.js'

// The folder written by `.ci/fetch-devtools <folder>`.
const devtools = process.env.LEAKSCOPE_DEVTOOLS_DIR
const root = join(import.meta.dirname, '../..')

test.runIf(!devtools)(
  '[skipped] LEAKSCOPE_DEVTOOLS_DIR names no folder; .ci/fetch-devtools <folder> fills one',
  context => context.skip(),
)

describe.runIf(devtools)(
  "every node of a heap has DevTools' dominator, retained size, shallow size, distance and references, and a shortest path",
  () => {
    const { path: newest } = nodeVersions().at(-1)!

    describe.each(oldestAndNewest())('Node.js $version', ({ path }) => {
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
        // Its warnings about nodes with only weak references do not matter here.
        execFileSync(newest, [join(root, 'bench/devtools/columns.js'), devtools!, snapshot, columns], {
          stdio: 'ignore',
        })
        const { graph } = await openSnapshotFile(snapshot, untold)
        expect(graph.nodeCount).toBeGreaterThan(atLeast)
        const theirs = readColumns(columns, graph.nodeCount)
        const ours = {
          dominators: dominators(graph),
          retainedSizes: retainedSizes(graph),
          shallowSizes: shallowSizes(graph),
          distances: distances(graph),
          references: references(graph),
        }
        for (const fact of ['dominators', 'retainedSizes', 'shallowSizes', 'distances', 'references'] as const) {
          expect(differing(graph, ours[fact], theirs[fact]), fact).toEqual([])
        }
        expectShortest(graph, theirs.distances)
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
  },
)

/** The columns described in bench/devtools/columns.js. */
function readColumns(path: string, nodes: number) {
  const { buffer, byteOffset, length } = readFileSync(path)
  const bytes = buffer.slice(byteOffset, byteOffset + length)
  expect(length).toBe(28 * nodes)
  return {
    dominators: new Uint32Array(bytes.slice(0, 4 * nodes)),
    retainedSizes: new Float64Array(bytes.slice(4 * nodes, 12 * nodes)),
    shallowSizes: new Float64Array(bytes.slice(12 * nodes, 20 * nodes)),
    distances: new Uint32Array(bytes.slice(20 * nodes, 24 * nodes)),
    references: new Uint32Array(bytes.slice(24 * nodes)),
  }
}

/** The references of `refs --raw` for every node, hashed as in bench/devtools/columns.js. */
function references(graph: HeapGraph): Uint32Array {
  return Uint32Array.from({ length: graph.nodeCount }, (_, node) => {
    let hash = 0
    eachEdge(graph, node, (to, edge) => {
      const name = isNumbered(graph, edge) ? graph.edgeName[edge]! : graph.strings.at(graph.edgeName[edge]!)
      for (const letter of `${edgeTypeOf(graph, edge)} ${name} ${to}\n`) {
        hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) >>> 0
      }
    })
    return hash
  })
}

/**
 * `path --shortest` of every n-th node has as many edges as DevTools counts to it, except for a few: DevTools also counts
 * along edges that retain nothing, and leaves out some of V8's own that do.
 */
function expectShortest(graph: HeapGraph, theirs: Uint32Array): void {
  let [told, alike] = [0, 0]
  for (let node = 0; node < graph.nodeCount; node += 97) {
    const { length } = shortestPath(graph, node)
    if (theirs[node]! >= systemDistance || length === 0) continue
    told++
    if (length === theirs[node]) alike++
  }
  expect(told).toBeGreaterThan(500)
  expect(alike / told).toBeGreaterThan(0.99)
}

/** The first few nodes that differ. */
function differing(graph: HeapGraph, ours: ArrayLike<number>, theirs: ArrayLike<number>): object[] {
  const found: object[] = []
  for (let node = 0; node < graph.nodeCount && found.length < 5; node++) {
    if (ours[node] !== theirs[node]) found.push({ id: graph.nodeId[node], ours: ours[node], theirs: theirs[node] })
  }
  return found
}
