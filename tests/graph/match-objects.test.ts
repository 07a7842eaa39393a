import { expect, test } from 'vitest'
import { matchObjects, unmatched } from '../../src/graph/match-objects.js'
import { draw } from '../draw.js'
import { heapAt } from './heap-at.js'

const session = (list: string, name: string): string => `
  root.app = App 16
  App.sessions = Array 32
  Array[0] = Session#1 64
  Session#1.user = "${name}" 24
  ${list}
`

test('an object with the same address, class and name is the same', () => {
  const addresses = { App: 8, Array: 16, 'Session#1': 64, '"ann"': 128 }
  const before = heapAt(session('', 'ann'), addresses)
  const after = heapAt(session('', 'ann'), addresses)
  const matches = matchObjects(before.graph, after.graph)
  for (const word of Object.keys(addresses)) expect(matches[after.node(word)]).toBe(before.node(word))
})

test('another object at that address differs by name', () => {
  const before = heapAt(session('', 'ann'), { App: 8, Array: 16, 'Session#1': 64, '"ann"': 128 })
  const after = heapAt(session('', 'bob'), { App: 8, Array: 16, 'Session#1': 64, '"bob"': 128 })
  expect(matchObjects(before.graph, after.graph)[after.node('Session#1')]).toBe(unmatched)
})

test('a moved object is matched by a unique name', () => {
  const before = heapAt(session('', 'ann'), { App: 8, Array: 16, 'Session#1': 64, '"ann"': 128 })
  const after = heapAt(session('', 'ann'), { App: 8, Array: 16, 'Session#1': 1064, '"ann"': 1128 })
  const matches = matchObjects(before.graph, after.graph)
  expect(matches[after.node('Session#1')]).toBe(before.node('Session#1'))
  expect(matches[after.node('"ann"')]).toBe(before.node('"ann"'))
})

test('heaps without addresses have no common objects', () => {
  const { graph } = draw(session('', 'ann'))
  expect([...matchObjects(graph, graph)]).toEqual(Array.from({ length: graph.nodeCount }, () => unmatched))
})
