import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HeapGraph, NodeIndex } from '../../src/graph/heap-graph.js'
import { cycles, shortestRing } from '../../src/paths/cycles/cycles.js'
import { outsideRetainers } from '../../src/paths/cycles/outside-retainers.js'
import { cyclesAnalysis } from '../../src/questions/cycles.js'
import type { Drawing } from '../../src/report/report.js'
import { type Drawn, draw, heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'
import { runs } from '../support/runs.js'

const told = (drawn: Drawn, words?: Parameters<typeof ask>[2]): readonly Readonly<Record<string, unknown>>[] => {
  const report = ask(cyclesAnalysis, heapOf(drawn), words)
  return report.sections.length === 0 ? [] : rowsOf(report)
}

const pair = heap`
  root^global = global
  global.a = Array#a 16 @11
  Array#a[3] = Array#b 32 @13
  Array#b[3] = Array#a
  Array#b[0] = Leaf 64
`

test('two arrays that retain each other are a cycle, retained by one global', () => {
  expect(told(pair)).toEqual([
    {
      types: 'Array ×2',
      objects: 2,
      cycles: 1,
      shallow: 48,
      retained: 112,
      id: 11,
      cycle: 'Array[3] → Array[3] → Array',
      kept: 'only globalThis.a',
    },
  ])
})

test('the largest is drawn with what retains it', () => {
  const [, drawing] = ask(cyclesAnalysis, heapOf(pair)).sections as [unknown, Drawing]
  expect(drawing.title).toBe('Array[3] → Array[3] → Array, kept only by globalThis.a')
  expect(drawing.nodes.map(({ id, role }) => [id, role])).toEqual([
    [11, 'asked'],
    [13, 'asked'],
    [pair.graph.nodeId[pair.node('global')], 'module'],
  ])
  expect(drawing.edges.map(({ label }) => label)).toEqual(['[3]', '[3]', '.a'])
})

test('of a cycle too large to follow, the nodes nearest to one loop are drawn', () => {
  const rays = Array.from(
    { length: 40 },
    (_, n) => `  Hub.ray${n} = Ray#${n}\n  Ray#${n}.hub = Hub\n  Ray#${n}.next = Ray#${(n + 1) % 40}`,
  )
  const wheel = draw(`root^global = global\nglobal.hub = Hub\n${rays.join('\n')}`)
  const [, drawing] = ask(cyclesAnalysis, heapOf(wheel)).sections as [unknown, Drawing]
  expect(drawing.nodes.length).toBeLessThanOrEqual(25)
  // One spoke is on the loop; a hub with forty properties is a dictionary, whose other values are drawn together.
  expect(drawing.nodes.map(({ type, count = 1 }) => [type, count])).toEqual([
    ['Hub', 1],
    ['Ray', 1],
    ['Ray', 39],
    ['global', 1],
  ])
})

test('one object that retains a cycle by two references is shown with both, and several by their number', () => {
  const twice = heap`
    root^global = global
    global.a = A
    global.b = B
    A.b = B
    B.a = A
  `
  expect(told(twice)).toMatchObject([{ kept: 'only globalThis, by .a and .b' }])
  const many = heap`
    root^global = global
    global.a = A
    global.other = Other
    Other.b = B
    A.b = B
    B.a = A
    A.own = Own
    Own.back = A
  `
  expect(told(many)).toMatchObject([{ types: 'A, B, Own', kept: '2 objects' }])
})

test('a Map is skipped, and what it alone retains is not a retainer', () => {
  const drawn = heap`
    root^global = global
    global.app = App
    App.sessions = Map
    Map{table} = array:table 152
    array:table{5} = "user-7"
    array:table{6} = Session
    Session.store = Map
    Session.listener = Listener
    Listener.session = Peer
    Peer.session = Session
  `
  expect(told(drawn)).toMatchObject([
    {
      types: 'Listener, Map, Peer, Session',
      cycle: 'Map["user-7"] → Session.store → Map',
      kept: 'only globalThis.app.sessions',
    },
  ])
})

test('cycles of the same types are one row, and one of them is selected by id', () => {
  const drawn = draw(
    [
      'root^global = global',
      ...Array.from({ length: 9 }, (_, at) =>
        [
          `global.s${at} = Session#${at} 8 @${101 + 4 * at}`,
          `Session#${at}.cart = Cart#${at} 16`,
          `Cart#${at}.owner = Session#${at}`,
        ].join('\n'),
      ),
      'global.other = Big 4096 @7',
      'Big.twin = Twin 8',
      'Twin.big = Big',
    ].join('\n'),
  )
  expect(told(drawn).map(({ types, cycles, retained }) => [types, cycles, retained])).toEqual([
    ['Big, Twin', 1, 4104],
    ['Cart, Session', 9, 9 * 24],
  ])
  expect(told(drawn, { id: ['@105'] })).toMatchObject([{ types: 'Cart, Session', cycles: 1, id: 105 }])
  expect(told(drawn, { type: 'Cart' })).toMatchObject([{ types: 'Cart, Session', cycles: 9 }])
  expect(() => told(drawn, { id: ['@1'] })).toThrow('@1 is in no reference cycle')
})

test('cycles that every program has are left out, with a note; --raw shows them', () => {
  const drawn = heap`
    root^global = global
    global.globalThis = global
    global.Session = Session()
    Session().prototype = Session#proto
    Session#proto.constructor = Session()
    Session#proto{map} = hidden:'system / Map'
    hidden:'system / Map'{prototype} = Session#proto
    global.run = run()
    run(){shared} = code:run
    code:run{script} = code:'/app/run.js'
    run(){context} = 'system / Context'#inner
    'system / Context'#inner{previous} = 'system / Context'#outer
    'system / Context'#inner->again = run()
    global.server = Server
    Server{map} = hidden:'system / Map'#server
    hidden:'system / Map'#server{constructor} = Server()
    Server(){shared} = code:server
    code:server{script} = code:'node:net'
    Server._handle = TCP
    TCP.owner = Server
  `
  const report = ask(cyclesAnalysis, heapOf(drawn))
  expect(report.sections).toEqual([])
  expect(report.notes).toEqual([
    "left out: 1 of functions and the scopes they share, 1 of Node.js' own objects; --raw shows them",
  ])
  expect(told(drawn, { raw: true }).map(({ types }) => types)).toContain('Server, TCP')
})

const words = ['root', 'A', 'B', 'C', 'D', 'Map', 'array:table']
const edges = fc.record({
  from: fc.constantFrom(...words),
  label: fc.constantFrom('.name', '[0]', '{table}', '{6}', '~w'),
  to: fc.constantFrom(...words.slice(1)),
})
const drawings = fc
  .array(edges, { maxLength: 24 })
  .map(
    all => draw(['array:table 152', ...all.map(({ from, label, to }) => `${from}${label} = ${to}`)].join('\n')).graph,
  )

test('the loop of a cycle leads from one of its objects through others back to itself', () => {
  fc.assert(
    fc.property(drawings, graph => {
      for (const raw of [false, true]) {
        const seen = new Set<NodeIndex>()
        for (const cycle of cycles(graph, { raw }).cycles) {
          for (const node of cycle.nodes) expect(seen.has(node)).toBe(false)
          for (const node of cycle.nodes) seen.add(node)
          const way = shortestRing(graph, cycle, { raw })
          expect(way.length).toBeGreaterThan(1)
          expect(way.at(-1)!.node).toBe(way[0]!.node)
          for (const { node } of way) expect(cycle.members.has(node)).toBe(true)
          for (const { retainer } of outsideRetainers(graph, cycle))
            expect(reaches(graph, retainer, cycle.members)).toBe(true)
        }
      }
    }),
    { numRuns: runs(300) },
  )
})

/** Whether the root leads to a node without passing others. */
function reaches(graph: HeapGraph, node: NodeIndex, without: ReadonlySet<NodeIndex>): boolean {
  const seen = new Set<NodeIndex>([graph.root])
  for (const at of seen) {
    if (at === node) return true
    for (let edge = graph.firstEdge[at]!; edge < graph.firstEdge[at + 1]!; edge++) {
      if (!without.has(graph.edgeTo[edge]!)) seen.add(graph.edgeTo[edge]!)
    }
  }
  return false
}
