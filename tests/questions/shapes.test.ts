import { expect, test } from 'vitest'
import { shapes, shapesAnalysis } from '../../src/questions/shapes.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

const map = "object-shape:'system / Map'"
const drawn = heap`
  root.app = App
  App.one = Object#1 32
  App.two = Object#2 32
  Object#1{map} = ${map}#line
  Object#2{map} = ${map}#line
  ${map}#line{descriptors} = object-shape:'system / DescriptorArray'#line
  object-shape:'system / DescriptorArray'#line{0} = "sku"
  object-shape:'system / DescriptorArray'#line{3} = "quantity"
  object-shape:'system / DescriptorArray'#line{6} = "price"
  Object#1.sku = "s1"
  Object#1.price = Price#1 100
  Object#2.sku = "s2"
  App.grown = Object#3 32
  Object#3{map} = ${map}#early
  ${map}#early{transition} = ${map}#line
  ${map}#early{descriptors} = object-shape:'system / DescriptorArray'#line
  Object#3.sku = "s3"
  Object#3."get size" = size()
  App.empty = Object#4 24
  App.odd = Object#5 24
  Object#5."odd \u202e key" = "x"
  App.dictionary = Object#6 24
  Object#6{properties} = array:'(object properties)' 448
  array:'(object properties)'{6} = "one"
  App.session = Session
`

test('objects of one hidden class have one shape, numbers included; one that grew further shares its list', () => {
  const all = shapes(heapOf(drawn), 'count').map(({ shape, nodes, shallow, retained }) => [
    shape,
    nodes.length,
    shallow,
    retained,
  ])
  expect(all[0]).toEqual(['{sku, quantity, price}', 2, 64, 164])
  expect(all.slice(1).sort()).toEqual([
    ['{"odd \u202e key"}', 1, 24, 24],
    ['{sku}', 1, 32, 32],
    ['{}', 1, 24, 24],
  ])
})

test('filters by property, number and limit', () => {
  const rows = (words: Record<string, string>) =>
    rowsOf(ask(shapesAnalysis, heapOf(drawn), words)).map(({ shape }) => shape)
  expect(rows({ filter: 'quantity' })).toEqual(['{sku, quantity, price}'])
  expect(rows({ min: '2' })).toEqual(['{sku, quantity, price}'])
  expect(rows({ limit: '1', sort: 'shallow' })).toEqual(['{sku, quantity, price}'])
  expect(ask(shapesAnalysis, heapOf(drawn)).headline).toBe('2 × {sku, quantity, price}, retaining 164 B')
})
