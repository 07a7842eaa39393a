import { expect, test } from 'vitest'
import { sourceNames } from '../../src/heap/source-names.js'
import { typeNamed } from '../../src/heap/type-names.js'
import { why } from '../../src/paths/why.js'
import { heap } from '../draw.js'
import { heapOf } from './drawn-heap.js'

const drawn = heap`
  root.a = ig 64 at 3:5:11
  root.b = Plain 64 at 4:1:1
  root.call = e() 64 at 3:1:1
`
const own = (name: string): string => (name === 'ig' ? 'RequestScope' : name)
const minified = {
  ...heapOf(drawn),
  places: { at: () => undefined, namesOf: () => ({ own, variable: () => undefined, declared: () => undefined }) },
}

test('a minified class has its name in the source', () => {
  expect([...sourceNames(minified)]).toEqual([['ig', 'RequestScope']])
  expect([...sourceNames(minified, new Set(['Plain']))]).toEqual([])
  expect([...sourceNames(heapOf(drawn))]).toEqual([])
})

test('objects are found by that name, and by the one in the heap', () => {
  const [byNow, bySource] = ['ig', 'RequestScope'].map(name => typeNamed(minified, name))
  expect(bySource).toEqual(byNow)
  expect(typeNamed(minified, 'Missing')).toBeUndefined()
})

test('a path uses the name of a class in the source', () => {
  const [path] = why(minified, drawn.node('ig'))
  expect(path!.title).toMatch(/^RequestScope @\d+: /)
  expect(path!.steps.at(-1)).toMatchObject({ type: 'RequestScope' })
  expect(why(heapOf(drawn), drawn.node('ig'))[0]!.steps.at(-1)).toMatchObject({ type: 'ig' })
})
