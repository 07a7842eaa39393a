import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { distances } from '../../src/graph/distances.js'
import { dominators } from '../../src/graph/dominators.js'
import { edgeNameOf, type HeapGraph, nodeTypeOf } from '../../src/graph/heap-graph.js'
import { locationOf } from '../../src/graph/locations.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { shallowSizes } from '../../src/graph/shallow-sizes.js'
import { shortestPath } from '../../src/graph/shortest-path.js'
import { typeOf, types } from '../../src/graph/types.js'
import { openSnapshotFile } from '../../src/snapshot/open.js'
import { untold } from '../../src/task.js'

const file = (name: string) => fileURLToPath(new URL(`files/${name}`, import.meta.url))

let graph: HeapGraph
beforeAll(async () => {
  graph = (await openSnapshotFile(file('node-20.heapsnapshot.gz'), untold)).graph
})

describe('all numbers of a real heap equal DevTools’', () => {
  let theirs: ArrayBuffer
  beforeAll(async () => {
    const bytes = await promisify(gunzip)(await readFile(file('node-20.devtools.gz')))
    theirs = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
  })

  // Two columns of 4 bytes and two of 8, as files/README.md says.
  test('for every node', () => expect(theirs.byteLength).toBe(24 * graph.nodeCount))
  test.each([
    ['dominators', dominators, (n: number) => new Uint32Array(theirs.slice(0, 4 * n))],
    ['retained sizes', retainedSizes, (n: number) => new Float64Array(theirs.slice(4 * n, 12 * n))],
    ['shallow sizes', shallowSizes, (n: number) => new Float64Array(theirs.slice(12 * n, 20 * n))],
    ['distances', distances, (n: number) => new Uint32Array(theirs.slice(20 * n))],
  ])('%s', (_, fact, column) => {
    const ours = fact(graph)
    const expected = column(graph.nodeCount)
    const differing = [...expected.keys()].filter(node => ours[node] !== expected[node])
    expect(differing).toEqual([])
  })
})

const nodesOfType = (type: string): number[] => {
  const { of, names } = types(graph)
  return [...of.keys()].filter(node => names[of[node]!] === type)
}

test('the program’s objects are there, by type', () => {
  expect(nodesOfType('Session')).toHaveLength(40)
  expect(nodesOfType('Registry')).toHaveLength(1)
  expect(nodesOfType('WeakRef').length).toBeGreaterThanOrEqual(40)
  expect(nodesOfType('RegExp').some(node => graph.strings.at(graph.nodeName[node]!) === 'se(s+)ion')).toBe(true)
  expect(types(graph).names).toEqual(
    expect.arrayContaining(['(string)', '(closure)', '(array)', '(system)', 'WeakMap']),
  )
})

test('a text with every kind of escape is read as V8 wrote it', () => {
  const texts = nodesOfType('(string)').map(node => graph.strings.at(graph.nodeName[node]!))
  // V8 writes a NUL as a space, truncates a character beyond 16 bits to those, and writes question marks for half a
  // surrogate pair.
  expect(texts).toContain('quote " backslash \\ newline \n tab \t nul   snow ☃ emoji \uf600 lone ???')
})

test('a class instance and a function have their source locations', async () => {
  const program = (await readFile(file('program.cjs'), 'utf8')).split('\n')
  const lineOf = (text: string) => program.findIndex(line => line.includes(text))
  // For an instance, V8 gives the location of its constructor.
  expect(locationOf(graph, nodesOfType('Session')[0]!)?.line).toBe(lineOf('constructor(user)'))
  const handler = nodesOfType('(closure)').find(node => graph.strings.at(graph.nodeName[node]!) === 'handler')!
  expect(locationOf(graph, handler)?.line).toBe(lineOf('function handler'))
})

test('the path to a session is in the program’s terms', () => {
  const session = nodesOfType('Session')[0]!
  const path = shortestPath(graph, session)
  expect(path.map(edge => edgeNameOf(graph, edge))).toEqual(expect.arrayContaining(['app', 'registry']))
  expect(typeOf(graph, graph.edgeTo[path.at(-1)!]!)).toBe('Session')
  expect(nodeTypeOf(graph, graph.edgeTo[path[0]!]!)).toBe('object')
})

test('the file has no path, name or variable of the machine it was captured on', () => {
  const texts = Array.from({ length: graph.strings.length }, (_, index) => graph.strings.at(index))
  const paths = texts.filter(text => /^\/(?!\/|\*|\^)[\w.-]+\/[\w./-]+$/.test(text) || /^(PATH|HOME|USER)=/.test(text))
  expect(paths.filter(path => !['/app/program.cjs', '/bin/node', '/lib/node'].includes(path))).toEqual([])
})
