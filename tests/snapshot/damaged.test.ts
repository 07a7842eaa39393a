import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LeakscopeError } from '../../src/errors.js'
import { distances } from '../../src/graph/distances.js'
import { nodeTypeNumber, nodeTypes } from '../../src/graph/heap-graph.js'
import { retainedSizes } from '../../src/graph/retained-sizes.js'
import { types } from '../../src/graph/types.js'
import { readSnapshot, readSnapshotNodes } from '../../src/snapshot/read.js'
import { sourceOf } from '../../src/snapshot/source.js'
import { untold } from '../../src/task.js'
import { heap } from '../draw.js'
import { runs } from '../support/runs.js'
import { chunked, plain, read, written } from './bytes.js'

const { graph } = heap`
  root.app = App 16 at 12:3:4
  App.sessions = array:table 1000
  array:table[0] = Session#1 64
  array:table{1} = "text \"quoted\" \u2603"
  Registry~session = Session#1
  root^global = App
  array:weak<Session#1> = Meta
`
const sound = written(graph)

/** The error of reading this text. */
const errorOf = async (text: string): Promise<LeakscopeError> => {
  const error = await read(text).then(
    () => new Error('it was read'),
    error => error,
  )
  if (!(error instanceof LeakscopeError)) throw error
  expect(error.code).toBe('BAD_SNAPSHOT')
  expect(error.hint).toMatch(/^[A-Z].*\.$/)
  return error
}

describe('a file that is not a snapshot is distinguished from a broken one', () => {
  test.each([
    ['an empty file', '', /not a heap snapshot: it is empty/],
    ['white space', ' \n ', /white space/],
    ['text', 'hello', /does not begin with/],
    ['a web page', '<!doctype html><title>404</title>', /HTML/],
    ['a list', '[1]', /does not begin with/],
    ['a byte order mark', `\ufeff${sound}`, /begins with a byte order mark of UTF-8/],
    ['a heap of Julia', sound.replace('"hidden"', '"jl_task_t"'), /of Julia/],
    ['a sampled heap profile', '{"head":{"callFrame":{}},"samples":[]}', /sampled heap profile/],
    ['a CPU profile', '{"nodes":[{"id":1}],"startTime":1}', /`nodes` comes before a header/],
    ['other JSON', '{"name":"leakscope","version":"1.0.0"}', /no section `snapshot`/],
    ['nothing in braces', '{}', /expected a value as the name of a section, found `}`/],
    ['a header alone', sound.replace(/,\n"nodes".*/s, '}'), /section `nodes` is missing/],
  ])('%s', async (_, text, message) => {
    expect((await errorOf(text)).message).toMatch(message)
  })
})

test('a text written by PowerShell is reported as UTF-16', async () => {
  const bytes = Buffer.from(`\ufeff${sound}`, 'utf16le')
  for (const text of [bytes, bytes.swap16()]) {
    const error = await readSnapshot(sourceOf(chunked(Buffer.from(text), [1])), untold).catch(error => error)
    expect(error.message).toMatch(/byte order mark of UTF-16/)
    expect(error.hint).toContain('iconv')
  }
})

test('locations before nodes take no time for nodes that only the header claims', async () => {
  const claimed = 4_000_000_000
  const text = written(heap`root.app = App at 12:3:4`.graph)
    .replace(/"node_count":\d+/, `"node_count":${claimed}`)
    .replace(/"locations":\[[^\]]*\],?\s*/, '')
    .replace('"nodes":', `"locations":[${7 * (claimed - 1)},1,2,3],"nodes":`)
  const begun = process.cpuUsage()
  await errorOf(text)
  expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(2)
})

test('nor does a size beyond 32 bits in a file that claims billions of nodes', async () => {
  const claimed = written(heap`root.app = App 5000000000`.graph).replace(/"node_count":\d+/, '"node_count":4294967294')
  const begun = process.cpuUsage()
  await errorOf(claimed)
  expect(process.cpuUsage(begun).user / 1e6).toBeLessThan(2)
})

test('a symbol, which V8 of 2015 did not list, is read as one', async () => {
  const { graph } = heap`root.app = symbol:s 16`
  const words = JSON.stringify(nodeTypes).slice(1, -1)
  const text = written(graph).replace(words, JSON.stringify(nodeTypes.slice(0, 12)).slice(1, -1))
  expect(text).not.toBe(written(graph))
  expect((await read(text)).graph.nodeType[1]).toBe(nodeTypeNumber('symbol'))
})

test('a file truncated at any byte is refused, and the error says where it ends', async () => {
  const whole = sound.trimEnd()
  for (let length = 1; length < whole.length; length++) {
    const { message } = await errorOf(whole.slice(0, length))
    expect(message).toContain(`ends at byte ${length}`)
  }
})

test('the nodes of a file that ends after them can be read, with a note on what is missing', async () => {
  const behindNodes = sound.indexOf('],\n"edges":') + 1
  for (let length = behindNodes; length < sound.trimEnd().length; length++) {
    const bytes = Buffer.from(sound.slice(0, length))
    const { graph: nodes, cutOff } = await readSnapshotNodes(sourceOf(chunked(bytes, [64])), untold, 'read')
    expect(cutOff).toContain(`cut off at byte ${length}: its 8 nodes are whole`)
    const { names, of } = types(nodes)
    const whole = types(graph)
    for (const [node, type] of of.entries())
      expect([whole.names[whole.of[node]!], '(name cut off)']).toContain(names[type])
    expect(nodes.selfSize).toEqual(graph.selfSize)
  }
  for (let length = 1; length < behindNodes; length++) {
    const cut = readSnapshotNodes(sourceOf(chunked(Buffer.from(sound.slice(0, length)), [64])), untold, 'read')
    await expect(cut).rejects.toMatchObject({ code: 'BAD_SNAPSHOT' })
  }
})

describe('an impossible number is refused, and the error names it', () => {
  const [nodes, edges] = [sound.indexOf('"nodes":['), sound.indexOf('"edges":[')]
  /** Changes the first match at or after a position. */
  const changed = (from: number, pattern: RegExp, replacement: string): string => {
    const rest = sound.slice(from)
    expect(rest).toMatch(pattern)
    return sound.slice(0, from) + rest.replace(pattern, replacement)
  }
  test.each([
    ['fewer nodes than told', changed(0, /"node_count":(\d+)/, '"node_count":9'), /`nodes` ends after 8 of 9 nodes/],
    ['more nodes than told', changed(0, /"node_count":(\d+)/, '"node_count":7'), /one too many: the header has 7/],
    [
      'fewer edges than told',
      changed(0, /"edge_count":(\d+)/, '"edge_count":99'),
      /have 8 edges, but the header has 99/,
    ],
    ['more edges than told', changed(0, /"edge_count":(\d+)/, '"edge_count":5'), /too many edges: the header has 5/],
    ['no count', changed(0, /"node_count":\d+/, '"node_count":null'), /`node_count` is not a whole number/],
    ['a negative count', changed(0, /"node_count":\d+/, '"node_count":-1'), /`node_count` is not a whole number/],
    ['a fraction of a count', changed(0, /"edge_count":\d+/, '"edge_count":1.5'), /`edge_count` is not a whole number/],
    ['a count beyond memory', changed(0, /"node_count":\d+/, '"node_count":4294967294'), /4294967294/],
    ['a header without a column', changed(0, /"self_size"/, '"size"'), /`node_fields` has no `self_size`/],
    ['a header without types', changed(0, /"edge_types":\[\[/, '"edge_types":[7,['), /`edge_types\[0\]` is not a list/],
    ['a root beyond all nodes', changed(0, /"node_count"/, '"root_index":600,"node_count"'), /`root_index`/],
    ['a root between nodes', changed(0, /"node_count"/, '"root_index":5,"node_count"'), /`root_index`/],
    ['a type beyond all', changed(nodes, /\[9,/, '[99,'), /node 0 has type 99/],
    ['a name beyond 32 bits', changed(nodes, /\[9,0/, '[9,4294967296'), /node 0 has a name/],
    ['a name beyond all strings', changed(nodes, /\[9,0/, '[9,777'), /a node has name index 777/],
    ['an id beyond 32 bits', changed(nodes, /\[9,0,1,/, '[9,0,4294967297,'), /node 0 has an id/],
    ['a negative size', changed(nodes, /,1000,/, ',-1000,'), /section `nodes` has a negative number/],
    ['a fraction', changed(nodes, /,1000,/, ',10.5,'), /expected a comma.*, found `\.`/],
    ['a power', changed(nodes, /,1000,/, ',1e3,'), /expected a comma.*, found `e`/],
    ['a word', changed(nodes, /,1000,/, ',null,'), /expected a whole number.*, found `n`/],
    ['a size beyond all sizes', changed(nodes, /,1000,/, ',99999999999999999,'), /greater than any/],
    ['a number without end', changed(nodes, /,1000,/, `,${'1'.repeat(50)}`), /greater than any/],
    ['a number missing', changed(nodes, /,1000,/, ',,'), /expected a whole number.*, found `,`/],
    ['a comma missing', changed(nodes, /,1000,/, ' 1 000,'), /expected a comma.*, found `1`/],
    ['a comma too many', changed(nodes, /\],/, ',],'), /expected a whole number.*, found `\]`/],
    ['a number too many', changed(nodes, /\],/, ',1],'), /within a row/],
    ['a state of a tree that is none', changed(nodes, /,0\]/, ',3]'), /invalid detachedness 3/],
    ['an edge type beyond all', changed(edges, /\[2,/, '[70,'), /edge 0 has type 70/],
    ['an edge type not known', changed(0, /"shortcut"/, '"bridge"'), /unknown type `bridge`/],
    ['an edge name beyond all strings', changed(edges, /\[2,\d+/, '[2,888'), /an edge has name index 888/],
    ['an edge to no node', changed(edges, /(\[2,\d+),6/, '$1,6000'), /edge 0 leads to 6000/],
    ['an edge into a node', changed(edges, /(\[2,\d+),6/, '$1,7'), /edge 0 leads to 7, where no node begins/],
    ['a location of no node', changed(0, /"locations":\[6/, '"locations":[7'), /a location belongs to 7/],
    ['an unknown escape', changed(0, /\\u2603/, '\\x2603'), /the invalid escape `\\x`/],
    ['a cut escape', changed(0, /\\u2603/, '\\u26'), /without four digits/],
    ['a control character', changed(0, /text /, 'text\n'), /a control character/],
    ['no string', changed(0, /"text /, 'text '), /expected a string.*, found `t`/],
    ['a section twice', changed(0, /"samples"/, '"nodes"'), /section `nodes` occurs twice/],
    ['no colon', changed(0, /"edges":/, '"edges" '), /expected `:` after the name of section `edges`/],
    ['something behind it', `${sound}{`, /expected the end of the snapshot/],
  ])('%s', async (_, text, message) => {
    expect((await errorOf(text)).message).toMatch(message)
  })
})

test('with any byte changed, it is refused or read as a consistent heap', async () => {
  const change = fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 0, max: 255 }))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async changes => {
      const bytes = Buffer.from(sound)
      for (const [at, byte] of changes) bytes[at] = byte
      const text = bytes.toString('latin1')
      const result = await read(text).catch(error => error)
      if (result instanceof LeakscopeError) {
        expect(result.code).toBe('BAD_SNAPSHOT')
        return
      }
      const { graph: other } = result
      plain(other)
      for (const to of other.edgeTo) expect(to).toBeLessThan(other.nodeCount)
      for (const name of other.nodeName) expect(name).toBeLessThan(other.strings.length)
      expect(other.firstEdge.at(-1)).toBe(other.edgeCount)
      retainedSizes(other)
      distances(other)
      types(other)
    }),
    { numRuns: runs(3000) },
  )
})
