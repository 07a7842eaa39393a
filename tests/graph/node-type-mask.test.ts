import { expect, test } from 'vitest'
import { nodeTypes } from '../../src/graph/heap-graph.js'
import { codeMask, nodeTypeMask, outsideMask, stringMask } from '../../src/graph/node-type-mask.js'
import { heap } from '../draw.js'

test('a mask has 1 for the named types, by their numbers in a heap', () => {
  const { graph, node } = heap`
    root.app = App
    App.name = "ann"
    App.code = code:run`
  const mask = nodeTypeMask('object', 'code')
  const inMask = (word: string): number | undefined => mask[graph.nodeType[node(word)]!]
  expect(['App', '"ann"', 'code:run', 'root'].map(inMask)).toEqual([1, 0, 1, 0])
})

test('no type is in two groups', () => {
  expect(nodeTypes.filter((_, type) => codeMask[type]! + stringMask[type]! + outsideMask[type]! > 1)).toEqual([])
  expect(nodeTypes.filter((_, type) => stringMask[type] === 1).every(type => type.endsWith('string'))).toBe(true)
})
