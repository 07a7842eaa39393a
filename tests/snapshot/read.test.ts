import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSnapshot } from '../../src/snapshot/read.js'
import { sourceOf } from '../../src/snapshot/source.js'
import { heap } from '../draw.js'
import { randomHeap } from '../graph/random-heaps.js'
import { runs } from '../support/runs.js'
import { chunked, plain, read, written } from './bytes.js'

const { graph } = heap`
  root.app = App 16
  App.sessions = Map 40
  Map{table} = array:table 1000
  array:table[7] = Session#1 64 at 12:3:4
  array:table{8} = Session#2 5000000000 detached
  Session#1."odd \"name\"" = "text with \u2603 \ud83d\ude00 \ud800 \\ and \n"
  handler()->limit = number:'heap number' 12 at 7:100:2
  Registry~session = Session#1
  root^global = App
  array:weak<Session#1> = Meta
`

/** Chunk lengths that matter: odd ones, so that borders are everywhere. */
const lengths = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 })

test('a written heap is read again, column for column', async () => {
  expect(plain((await read(written(graph))).graph)).toEqual(plain(graph))
})

test('any heap is, in chunks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(randomHeap, lengths, fc.constantFrom(',\n', '\n,', ' , '), async (drawn, lengths, style) => {
      // Up to Node.js 22, V8 puts the comma on the next line.
      const text = written(drawn.graph).replaceAll(',\n', style)
      const snapshot = await read(text, lengths)
      expect(plain(snapshot.graph)).toEqual(plain(drawn.graph))
      expect(snapshot.bytes).toBe(text.length)
    }),
    { numRuns: runs(500) },
  )
})

test('even a byte at a time', async () => {
  expect(plain((await read(written(graph), [1])).graph)).toEqual(plain(graph))
})

test('strings are decoded as JSON, whatever their contents and escapes', async () => {
  const odd = fc.string({ unit: 'binary', maxLength: 12 })
  const unpaired = fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 6 })
    .map(units => String.fromCharCode(...units))
  // As V8 writes them, only ASCII; as JSON.stringify does, in UTF-8; and every unit escaped.
  const escaped = (text: string) =>
    `"${Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
  const literal = fc
    .oneof(odd, unpaired)
    .chain(text => fc.constantFrom(JSON.stringify(text), escaped(text), '"\\/\\b\\f"'))
  const [before] = written(graph).split('"strings":[')
  await fc.assert(
    fc.asyncProperty(fc.array(literal, { maxLength: 20 }), lengths, async (literals, lengths) => {
      const enough = [...literals, ...Array.from({ length: 40 }, (_, at) => `"${at}"`)]
      const { graph } = await read(`${before}"strings":[${enough.join(',\n')}]}`, lengths)
      expect(Array.from({ length: graph.strings.length }, (_, at) => graph.strings.at(at))).toEqual(
        enough.map(literal => JSON.parse(literal)),
      )
    }),
    { numRuns: runs(500) },
  )
})

test('columns are found by name, in any order; unknown sections are skipped', async () => {
  const text = JSON.stringify({
    'some later section': [{ deep: ['}', '"', '\\', [[[]]]] }, 1.5, -2, null],
    snapshot: {
      meta: {
        node_fields: ['later', 'edge_count', 'self_size', 'id', 'name', 'type'],
        node_types: [0, 'number', 'number', 'number', 'string', ['closure', 'a type to come', 'synthetic']],
        edge_fields: ['to_node', 'later', 'type', 'name_or_index'],
        edge_types: ['node', 0, ['weak', 'property'], 'string_or_number'],
        location_fields: ['column', 'line', 'script_id', 'object_index', 'later'],
      },
      node_count: 3,
      edge_count: 2,
      root_index: 6,
    },
    nodes: [9, 0, 7, 11, 1, 0, 9, 2, 0, 1, 0, 2, 9, 0, 5, 13, 2, 1],
    another: 'text',
    edges: [12, 9, 1, 1, 0, 9, 0, 2],
    locations: [3, 2, 1, 12, 9, 5, 4, 2, 0, 9],
    strings: ['', 'f', 'thing'],
  })
  const { graph } = await read(text)
  expect(plain(graph)).toMatchObject({
    root: 1,
    nodeType: Uint8Array.of(5, 9, 16),
    nodeName: Uint32Array.of(1, 0, 2),
    nodeId: Uint32Array.of(11, 1, 13),
    selfSize: Uint32Array.of(7, 0, 5),
    firstEdge: Uint32Array.of(0, 0, 2, 2),
    edgeType: Uint8Array.of(2, 6),
    edgeName: Uint32Array.of(1, 2),
    edgeTo: Uint32Array.of(2, 0),
    // Sorted by node.
    locations: {
      node: Uint32Array.of(0, 2),
      script: Uint32Array.of(2, 1),
      line: Uint32Array.of(4, 2),
      column: Uint32Array.of(5, 3),
    },
  })
})

test('a location without a line is left out', async () => {
  const text = written(graph).replace(/("locations":\[\d+,12),3,4/, '$1,4294967295,4294967295')
  expect((await read(text)).graph.locations?.script).toEqual(Uint32Array.of(7))
})

test('of two locations of one node, the last counts', async () => {
  const text = written(graph).replace(/"locations":\[(\d+),/, '"locations":[$1,1,2,3,$1,')
  expect((await read(text)).graph.locations).toEqual(graph.locations)
})

test('the node of an allocation trace is kept', async () => {
  const traced = { ...graph, traceNode: Uint32Array.from({ length: graph.nodeCount }, (_, at) => at) }
  expect((await read(written(traced))).graph.traceNode).toEqual(traced.traceNode)
  const none = { ...graph, traceNode: new Uint32Array(graph.nodeCount) }
  expect((await read(written(none))).graph.traceNode).toBeUndefined()
})

test('reading stops when aborted, and the stream is closed', async () => {
  const abort = new AbortController()
  let released = false
  async function* endless() {
    try {
      yield Buffer.from(written(graph).slice(0, 900))
      abort.abort(new Error('enough'))
      for (;;) yield Buffer.from('          ')
    } finally {
      released = true
    }
  }
  await expect(readSnapshot(sourceOf(endless()), { signal: abort.signal, progress() {} })).rejects.toThrow('enough')
  expect(released).toBe(true)
})

test('strings of a heap may exceed one block', async () => {
  const many = Array.from({ length: 60_000 }, (_, at) => `string number ${at} `.repeat(1 + (at % 7)))
  const [before] = written(graph).split('"strings":[')
  const text = `${before}"strings":[${many.map(text => JSON.stringify(text)).join(',')}]}`
  const { graph: large } = await readSnapshot(sourceOf(chunked(Buffer.from(text), [65_536])), {
    signal: new AbortController().signal,
    progress() {},
  })
  for (const at of [0, 1, 2_000, 17_321, 40_000, 59_999]) expect(large.strings.at(at)).toBe(many[at])
  expect(() => large.strings.at(60_000)).toThrow(RangeError)
})
