import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dot, dotText } from '../../src/render/dot.js'
import { layOutWithDot } from '../../src/render/image.js'
import { layOut } from '../../src/render/layout.js'
import { excerpt } from '../../src/render/plain-text.js'
import type { Drawing, DrawnEdge, DrawnNode } from '../../src/report/report.js'
import { runs } from '../support/runs.js'
import { hostileDrawing } from './hostile.js'
import { crowd, cycle, noEnvelope, plainLook, reportOf, sessions } from './reports.js'
import { elementsOf, readXml, textOf } from './xml.js'

const hasGraphviz = spawnSync('dot', ['-V']).status === 0

test('two arrays that retain each other, as objgraph would draw them', () => {
  expect(dot.render(reportOf(cycle), noEnvelope, plainLook)).toMatchInlineSnapshot(`
    "digraph "ObjectGraph" {
      graph [ fontname = "Helvetica,Arial,sans-serif", fontsize =10, labelloc = "b", labeljust = "l", label =<<table border="0" cellborder="0" cellspacing="0" cellpadding="2"><tr><td align="left" balign="left" colspan="2"><font point-size="12">References from Array @1203</font></td><td width="24"></td></tr><tr><td align="left"><table border="0" cellborder="1" cellspacing="4" cellpadding="3"><tr><td bgcolor="0,0,1"><font color="red">&#160;selected&#160;</font></td></tr></table></td><td width="86"></td><td width="24"></td></tr><tr><td align="left" balign="left" colspan="2">darker: further away<br align="left"/></td><td width="24"></td></tr></table>> ];
      node [ shape =box, style = "filled", fillcolor = "white", fontname = "Helvetica,Arial,sans-serif", fontsize =12, margin = "0.16,0.08" ];
      edge [ fontname = "Helvetica,Arial,sans-serif", fontsize =10, arrowsize =0.8 ];
      "o1203" [ label = "Array\\n4 items\\n@1203  16 B, retains 128 B", tooltip = "Array\\n4 items\\n@1203  16 B, retains 128 B", fillcolor = "0,0,1", fontcolor = "red", penwidth =2 ];
      "o1205" [ label = "Array\\n4 items\\n@1205  16 B, retains 128 B", tooltip = "Array\\n4 items\\n@1205  16 B, retains 128 B", fillcolor = "0,0,0.9", fontcolor = "black" ];
      "o1203" -> "o1205" [ label = " [3] ", tooltip = "[3]", weight =2 ];
      "o1205" -> "o1203" [ label = " [3] ", tooltip = "[3]", weight =2 ];
    }
    "
  `)
})

test('every role has its style', () => {
  expect(dotText(sessions)).toMatchInlineSnapshot(`
    "digraph "ObjectGraph" {
      graph [ fontname = "Helvetica,Arial,sans-serif", fontsize =10, labelloc = "b", labeljust = "l", label =<<table border="0" cellborder="0" cellspacing="0" cellpadding="2"><tr><td align="left" balign="left" colspan="2"><font point-size="12">What refers to Session @3001</font></td><td width="24"></td></tr><tr><td align="left"><table border="0" cellborder="1" cellspacing="4" cellpadding="3"><tr><td bgcolor="0,0,1"><font color="red">&#160;selected&#160;</font></td><td bgcolor="0.3,0.55,1"><font color="black">&#160;module&#160;</font></td><td bgcolor="0,0,1"><font color="black">&#160;root&#160;</font></td></tr><tr><td style="rounded" bgcolor="0,0,0.8"><font color="black">&#160;held by C++&#160;</font></td><td bgcolor="0.6,0.45,1"><font color="black">&#160;highlighted&#160;</font></td><td bgcolor="0,1,0.7"><font color="white">&#160;not drawn&#160;</font></td></tr></table></td><td></td><td width="24"></td></tr><tr><td align="left" balign="left" colspan="2">darker: further away<br align="left"/>dashed arrow: weak, keeps nothing alive<br align="left"/>grey arrow: inside V8<br align="left"/></td><td width="24"></td></tr></table>> ];
      node [ shape =box, style = "filled", fillcolor = "white", fontname = "Helvetica,Arial,sans-serif", fontsize =12, margin = "0.16,0.08" ];
      edge [ fontname = "Helvetica,Arial,sans-serif", fontsize =10, arrowsize =0.8 ];
      "o3001" [ label = "Session [3]\\n4 keys\\n@3001  64 B, retains 4.2 KB", tooltip = "Session [3]\\n4 keys\\n@3001  64 B, retains 4.2 KB", fillcolor = "0,0,1", fontcolor = "red", penwidth =2 ];
      "o2001" [ label = "Map\\n1,203 items\\n@2001  32 B, retains 5.0 MB", tooltip = "Map\\n1,203 items\\n@2001  32 B, retains 5.0 MB", fillcolor = "0.6,0.45,0.9", fontcolor = "black" ];
      "o2002" [ label = "function\\nonTimeout  src/session.ts:31:7\\n@2002  64 B, retains 96 B", tooltip = "(closure)\\nonTimeout  src/session.ts:31:7\\n@2002  64 B, retains 96 B", fillcolor = "0,0,0.9", fontcolor = "black" ];
      "o2003" [ label = "WeakMap\\n12 items\\n@2003  24 B, retains 2.0 KB", tooltip = "WeakMap\\n12 items\\n@2003  24 B, retains 2.0 KB", fillcolor = "0,0,0.9", fontcolor = "black" ];
      "o1501" [ label = "Timeout\\nevery 30000 ms\\n@1501  120 B, retains 216 B", tooltip = "Timeout\\nevery 30000 ms\\n@1501  120 B, retains 216 B", fillcolor = "0,0,0.8", fontcolor = "black" ];
      "o1502" [ label = "Node / Environment\\n@1502  retains 8.8 KB", tooltip = "Node / Environment\\n@1502  retains 8.8 KB", fillcolor = "0,0,0.8", fontcolor = "black", style = "filled,rounded" ];
      "o1001" [ label = "module\\nsrc/store.ts\\n@1001  88 B, retains 5.7 MB", tooltip = "Module\\nsrc/store.ts\\n@1001  88 B, retains 5.7 MB", fillcolor = "0.3,0.55,0.833", fontcolor = "black" ];
      "omore_2002" [ label = "412 more backreferences", tooltip = "412 more backreferences", fillcolor = "0,1,0.7", fontcolor = "white", fontsize =8, height =0.2, margin = "0.1,0.04" ];
      "o1" [ label = "(GC roots)\\n@1  retains 7.0 MB", tooltip = "(GC roots)\\n@1  retains 7.0 MB", fillcolor = "0,0,0.7", fontcolor = "black", shape =hexagon ];
      "o2001" -> "o3001" [ label = " [\\"user-7\\"] ", tooltip = "[\\"user-7\\"]", weight =10 ];
      "o2002" -> "o3001" [ label = " ->session ", tooltip = "->session", weight =10 ];
      "o2003" -> "o3001" [ label = " [[WeakMap key]] ", tooltip = "[[WeakMap key]]", style = "dashed" ];
      "o1001" -> "o2001" [ label = " .sessions ", tooltip = ".sessions", weight =2 ];
      "o1501" -> "o2002" [ label = " ._onTimeout ", tooltip = "._onTimeout", weight =2 ];
      "o1502" -> "o2003" [ label = " {7} ", tooltip = "{7}", color = "gray65", fontcolor = "gray45", weight =10 ];
      "omore_2002" -> "o2002" [ color = "red", style = "dotted", len =0.25, weight =10 ];
      "o1" -> "o1001" [ label = " .cache ", tooltip = ".cache", weight =2 ];
      "o1" -> "o1501" [ label = " [12] ", tooltip = "[12]", weight =2 ];
      "o3001" -> "o1501" [ label = " .timer ", tooltip = ".timer", weight =2 ];
    }
    "
  `)
})

test('an empty drawing is an empty graph', () => {
  expect(dot.render(reportOf(), noEnvelope, plainLook)).toMatch(/^digraph "ObjectGraph" \{[^"]*("[^"]*"[^"]*)*\}\n$/)
})

test('shades range from white to dark, with legible text', () => {
  const node = cycle.nodes[1]!
  const nodes = [0, 1, 2, 3, 4].map(depth => ({ ...node, id: depth, depth }))
  const shades = dotText({ ...cycle, nodes, edges: [] }).match(/fillcolor = "0,0,[^"]*", fontcolor = "\w+"/g)
  expect(shades).toEqual([
    'fillcolor = "0,0,1", fontcolor = "black"',
    'fillcolor = "0,0,0.925", fontcolor = "black"',
    'fillcolor = "0,0,0.85", fontcolor = "black"',
    'fillcolor = "0,0,0.775", fontcolor = "black"',
    'fillcolor = "0,0,0.7", fontcolor = "black"',
  ])
})

test('a hundred edges between two objects are drawn as one', () => {
  const edges = Array.from(
    { length: 100 },
    (_, at) => ({ from: 1203, to: 1205, type: 'element', label: `[${at}]` }) as const,
  )
  const text = dotText({ ...cycle, edges })
  expect(text.match(/->/g)).toHaveLength(1)
  expect(text).toContain('label = " [0], [1], [2] and 97 more "')
})

test('a path is drawn as a chain', () => {
  const steps = [
    { edge: '', type: '(GC roots)', name: '', id: 1, location: null },
    { edge: '.cache', type: 'Map', name: '2 items', id: 7, location: { file: 'src/store.ts', line: 4, column: 7 } },
  ]
  const text = dot.render(reportOf({ shape: 'path', title: 'p', steps }), noEnvelope, plainLook)
  expect(text).toContain('"o7" [ label = "Map\\n2 items\\nsrc/store.ts:4:7\\n@7"')
  expect(text).toContain('"o1" -> "o7" [ label = " .cache "')
})

test('several drawings are combined, with their common nodes drawn once', () => {
  const both = dot.render({ title: cycle.title, sections: [cycle, cycle], notes: [] }, noEnvelope, plainLook)
  expect(both).toBe(dotText(cycle))
})

test('the same drawing gives the same text', () => {
  expect(dotText(crowd(60))).toBe(dotText(structuredClone(crowd(60))))
})

/**
 * Graphviz must draw its input: the same nodes, each with its label among its lines, every edge between its ends, the
 * title.
 */
function expectSame({ title, nodes, edges }: Drawing, svg: string): void {
  const groups = elementsOf(readXml(svg)).filter(({ name }) => name === 'g')
  const drawnAs = (kind: string) =>
    groups
      .filter(({ attributes }) => attributes.class === kind)
      .map(group => {
        const lines = elementsOf(group).filter(({ name }) => name === 'text')
        return {
          name: textOf(elementsOf(group).find(({ name }) => name === 'title')!),
          lines: lines.map(line => spaced(textOf(line))),
        }
      })
  const idOf = (id: number | string) => `o${String(id).replace('-', '_')}`

  expect(
    drawnAs('node')
      .map(({ name }) => name)
      .sort(),
  ).toEqual(nodes.map(({ id }) => idOf(id)).sort())
  for (const { id, role, type, label, extra, retainers } of nodes) {
    const { lines } = drawnAs('node').find(({ name }) => name === idOf(id))!
    // A node without a name for its type has its label as its heading, followed by its reference count.
    const isHeading = type === '' && retainers !== undefined
    const told = role === 'more' ? [label || type] : [isHeading ? '' : label, extra ?? '']
    for (const text of told.filter(Boolean)) expect(lines).toContain(spaced(excerpt(text, 60)))
    expect(lines.length).toBeLessThanOrEqual(4)
  }
  const ends = edges.map(({ from, to }) => `${idOf(from)}->${idOf(to)}`)
  expect(new Set(drawnAs('edge').map(({ name }) => name))).toEqual(new Set(ends))
  const labels = edges.map(({ label }) => spaced(` ${excerpt(label, 40)} `))
  for (const label of drawnAs('edge').flatMap(({ lines }) => lines)) {
    if (!/ and \d+ more $/.test(label)) expect(labels).toContain(label)
  }
  expect(unspaced(drawnAs('graph')[0]!.lines.join(''))).toContain(unspaced(excerpt(title, 200)))

  const inert = [
    'svg',
    'g',
    'title',
    'polygon',
    'path',
    'polyline',
    'ellipse',
    'text',
    'a',
    'defs',
    'linearGradient',
    'stop',
  ]
  for (const { name, attributes } of elementsOf(readXml(svg))) {
    expect(inert).toContain(name)
    expect(
      Object.keys(attributes).filter(key => key === 'href' || key === 'xlink:href' || key.startsWith('on')),
    ).toEqual([])
  }
}

// Graphviz writes some spaces as no-break spaces, and markup merges several into one.
const spaced = (text: string) => text.replaceAll('\u00a0', ' ')
const unspaced = (text: string) => text.replace(/\s/g, '')

test('any heap is drawn by the built-in Graphviz as it is', async () => {
  await fc.assert(
    fc.asyncProperty(hostileDrawing, async drawing => expectSame(drawing, await layOut(dotText(drawing)))),
    { numRuns: runs(15), endOnFailure: true },
  )
}, 60_000)

test.skipIf(!hasGraphviz)(
  'whatever is in the heap, an installed Graphviz draws it as it is',
  async () => {
    await fc.assert(
      fc.asyncProperty(hostileDrawing, async drawing => expectSame(drawing, await layOutWithDot(dotText(drawing)))),
      { numRuns: runs(60), endOnFailure: true },
    )
  },
  60_000,
)

test('a merged group is one node with its number of objects, and a tooltip with their names; new objects are red', () => {
  const [asked] = cycle.nodes
  const ids = Array.from({ length: 45 }, (_, at) => 5001 + 2 * at)
  const many: DrawnNode = {
    ...{ id: 5001, type: '(closure)', label: 'onData  src/net.js:31:3', shallow: 2880, retained: 9000 },
    ...{ role: 'plain', depth: 1, count: 45, ids, isNew: true },
  }
  const edge: DrawnEdge = { from: asked!.id, to: 5001, type: 'element', label: '[0], [1], [2] and 42 more', count: 45 }
  const text = dotText({ ...cycle, nodes: [asked!, many], edges: [edge] })
  expect(text).toContain(String.raw`label = "function ×45\nonData  src/net.js:31:3\n2.8 KB, retains 8.8 KB"`)
  expect(text).toContain(
    String.raw`(closure)\nonData  src/net.js:31:3\n2.8 KB, retains 8.8 KB\n45 objects: @5001 @5003`,
  )
  expect(text).toContain('@5079 … 5 more"')
  expect(text).toMatch(/fillcolor = "0,0\.42,0\.9\d*", fontcolor = "black"/)
  expect(text).toContain('new since the older heap')
  expect(text).toContain('×45: as many objects of one class in one box')
})

test('merged arrows keep all their labels in the tooltip', () => {
  const [from, to] = cycle.nodes
  const edges = ['a', 'b', 'c', 'd', 'e'].map(
    (name): DrawnEdge => ({ from: from!.id, to: to!.id, type: 'property', label: `.${name}` }),
  )
  const text = dotText({ ...cycle, edges })
  expect(text).toContain('label = " .a, .b, .c and 2 more ", tooltip = ".a, .b, .c, .d, .e"')
})

test('a truncated label says how many more there are', () => {
  const [from, to] = cycle.nodes
  const label = `["${'a'.repeat(32)}"], ["${'b'.repeat(32)}"], ["c"] and 1,234 more`
  const edge: DrawnEdge = { from: from!.id, to: to!.id, type: 'element', label, count: 1237 }
  expect(dotText({ ...cycle, edges: [edge] })).toContain(String.raw`label = " [\"${'a'.repeat(22)}… and 1,234 more "`)
})
