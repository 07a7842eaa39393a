import { expect, test } from 'vitest'
import { eachEdgeTo } from '../../src/graph/edges-to.js'
import { incoming } from '../../src/graph/incoming.js'
import { draw } from '../draw.js'

test('looking up each element of one long array does not scan the array for each', () => {
  const length = 2000
  const lines = ['root.all = array:all', 'root.same = Same']
  for (let at = 0; at < length; at++) lines.push(`array:all[${2 * at}] = N${at}`, `array:all[${2 * at + 1}] = Same`)
  const drawn = draw(lines.join('\n'))
  let looks = 0
  const edgeTo = new Proxy(drawn.graph.edgeTo, {
    get(column, key) {
      looks++
      return Reflect.get(column, key)
    },
  })
  const graph = { ...drawn.graph, edgeTo }
  incoming(graph)
  looks = 0

  const indexes: number[] = []
  for (let at = 0; at < length; at++) {
    eachEdgeTo(graph, drawn.node(`N${at}`), edge => indexes.push(graph.edgeName[edge]!))
  }
  expect(indexes).toEqual(Array.from({ length }, (_, at) => 2 * at))
  // It would be four million otherwise.
  expect(looks).toBeLessThan(5 * graph.edgeCount)

  indexes.length = 0
  eachEdgeTo(graph, drawn.node('Same'), edge => indexes.push(graph.edgeName[edge]!))
  expect(indexes.slice(1)).toEqual(Array.from({ length }, (_, at) => 2 * at + 1))
})

test('a heap with too many nodes for an entry is refused before memory is allocated', () => {
  const { graph } = draw('root.app = App')
  expect(() => incoming({ ...graph, nodeCount: 2 ** 31 + 1 })).toThrow('the heap has 2147483649 objects')
})
