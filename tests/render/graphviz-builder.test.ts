import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterEach, expect, test, vi } from 'vitest'
import { type DotGraph, writeDot } from '../../src/render/graphviz-builder.js'

// The behaviour of graphviz-builder on which writeDot relies, one fact per test: if a new version changes one, its test
// shows which.
const require = createRequire(import.meta.url)
const { digraph } = require('graphviz-builder')

afterEach(() => {
  vi.restoreAllMocks()
  Reflect.deleteProperty(globalThis, 'l')
})

test('it is version 0.1.1, pinned exactly', () => {
  expect(require('../../package.json').dependencies['graphviz-builder']).toBe('0.1.1')
  const manifest = require.resolve('graphviz-builder').replace(/lib.graphviz\.js$/, 'package.json')
  expect(JSON.parse(readFileSync(manifest, 'utf8')).version).toBe('0.1.1')
})

test('it escapes nothing, in ids or in values', () => {
  const graph = digraph('g')
  graph.addNode('a"b', { label: 'say "hi"\\' })
  expect(graph.to_dot()).toContain('"a"b" [ label = "say "hi"\\" ]')
})

test('it quotes texts and leaves words, numbers and booleans bare', () => {
  const graph = digraph('g')
  graph.addNode('a', { label: 'x', fillcolor: '0,0,1', shape: 'my box', fontsize: 12 })
  graph.addEdge('a', 'a', { constraint: false })
  expect(graph.to_dot()).toContain('label = "x", fillcolor = "0,0,1", shape =my box, fontsize =12')
  expect(graph.to_dot()).toContain('[ constraint =false ]')
})

test('it takes a leading ! as markup, and cuts markup after 1,000 characters unless given a substr', () => {
  const graph = digraph('g')
  graph.addNode('a', { label: '!important' })
  graph.addNode('b', { label: `!${'x'.repeat(2000)}` })
  graph.addNode('c', { label: { 0: '!', substr: () => 'y'.repeat(2000) } })
  const text: string = graph.to_dot()
  expect(text).toContain('"a" [ label =<important> ]')
  expect(text).toContain(`"b" [ label =<${'x'.repeat(1000)}> ]`)
  expect(text).toContain(`"c" [ label =<${'y'.repeat(2000)}> ]`)
})

test('it warns on the console of an unknown attribute, and fails at the end', () => {
  const warned = vi.spyOn(console, 'error').mockImplementation(() => {})
  const graph = digraph('g')
  graph.addNode('a', { class: 'x' })
  expect(warned).toHaveBeenCalledOnce()
  expect(() => graph.to_dot()).toThrow(TypeError)
})

test('it writes in order of insertion', () => {
  const graph = digraph('g')
  for (const id of ['z', 'a', 'm']) graph.addNode(id)
  graph.addEdge('m', 'z')
  expect(graph.to_dot()).toBe('digraph "g" {\n  "z";\n  "a";\n  "m";\n  "m" -> "z";\n}\n')
})

test('it leaves a global called l behind', () => {
  digraph('g')
  expect(globalThis).toHaveProperty('l')
})

const small: DotGraph = {
  name: 'G',
  graph: { label: { html: '<b>x</b>' }, rankdir: 'LR' },
  node: { shape: 'box' },
  edge: { fontsize: 10 },
  nodes: [{ id: 'o1', attributes: { label: 'one\ntwo', fontsize: 6.5 } }],
  edges: [{ from: 'o1', to: 'o1', attributes: { label: 'again', constraint: false } }],
}

test('writeDot writes graph, defaults, nodes and edges', () => {
  expect(writeDot(small)).toMatchInlineSnapshot(`
    "digraph "G" {
      graph [ label =<<b>x</b>>, rankdir =LR ];
      node [ shape =box ];
      edge [ fontsize =10 ];
      "o1" [ label = "one\\ntwo", fontsize =6.5 ];
      "o1" -> "o1" [ label = "again", constraint =false ];
    }
    "
  `)
})

test('writeDot leaves no global, warns of nothing, and leaves a global of that name alone', () => {
  const warned = vi.spyOn(console, 'error')
  writeDot(small)
  expect(globalThis).not.toHaveProperty('l')
  Object.defineProperty(globalThis, 'l', { value: 'theirs', writable: true, configurable: true })
  writeDot(small)
  expect(globalThis).toHaveProperty('l', 'theirs')
  expect(warned).not.toHaveBeenCalled()
})

test('writeDot refuses values that would be invalid without quotes', () => {
  const node = (id: string, attributes: object) => () => writeDot({ ...small, nodes: [{ id, attributes }] })
  expect(node('a"b', {})).toThrow('"a\\"b" needs quoting in dot')
  expect(node('a', { shape: 'my box' })).toThrow('needs quoting')
  expect(node('a', { URL: 'javascript:alert(1)' })).toThrow('URL is not an attribute we give to a node')
  expect(node('a', { constructor: 'x' })).toThrow('constructor is not an attribute')
})
