import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { heldIds } from '../../src/growth/held-ids.js'
import { draw } from '../draw.js'

/** By word of a drawing: the number its node goes by. */
function idsIn(drawing: string, words: readonly string[]): Map<string, number> {
  const { graph, node } = draw(drawing)
  const ids = heldIds(graph)
  return new Map(words.map(word => [word, ids[node(word)]!]))
}

describe('an object goes by how it is held', () => {
  const table = (keys: readonly string[]): string => `root.app = App
    App.cache = Map
    Map{table} = array:table
    ${keys.map((key, at) => `array:table{${3 * at + 5}} = "${key}"\narray:table{${3 * at + 6}} = Page#${key}`).join('\n')}`

  test('its own number, and the order in which things were drawn, mean nothing', () => {
    const words = ['App', 'Store', 'Log#1', 'Log#2', 'f()']
    const one = 'root.app = App @5\nApp.store = Store @7\nApp.first = Log#1\nApp.second = Log#2\nStore.f = f()'
    const other = 'root.app = App @901\nApp.second = Log#2\nApp.first = Log#1\nApp.store = Store @3\nStore.f = f()'
    expect(idsIn(other, words)).toEqual(idsIn(one, words))
    expect(new Set(idsIn(one, words).values()).size).toBe(words.length)
  })

  test('the entries of a table go by their keys, whichever place they have', () => {
    const before = idsIn(table(['a', 'b', 'c']), ['Page#b', 'Page#c'])
    expect(idsIn(table(['c', 'x', 'b']), ['Page#b', 'Page#c'])).toEqual(before)
    expect([...before.values()]).not.toContain(idsIn(table(['c', 'x', 'b']), ['Page#x']).get('Page#x'))
  })

  test('also by a key that something nearer the root holds', () => {
    const shared = (keys: readonly string[]): string => `root.name = "b"\n${table(keys)}`
    expect(idsIn(shared(['b', 'c']), ['Page#b'])).toEqual(idsIn(shared(['a', 'b']), ['Page#b']))
  })

  test('entries that nothing tells apart go by their place among their like: more of them are new', () => {
    const array = (count: number): string =>
      `root.app = App\n${Array.from({ length: count }, (_, n) => `App[${n}] = Job#${n}`).join('\n')}`
    const five = new Set(heldIds(draw(array(5)).graph))
    const eight = new Set(heldIds(draw(array(8)).graph))
    expect([five.size, eight.size]).toEqual([7, 10])
    expect([...five].filter(id => !eight.has(id))).toEqual([])
  })

  test('what else leads to it from outside its module is no part of it', () => {
    const inModule = (more: string): string => `${more}
      root.modules = (modules)
      (modules)[0] = Module
      Module.filename = "/srv/store.js"
      Module.exports = Store
      Store.sessions = Map`
    const alone = idsIn(inModule(''), ['Store', 'Map'])
    expect(idsIn(inModule('root.underWay = Request\nRequest.sessions = Map'), ['Store', 'Map'])).toEqual(alone)
  })
})

test('every node that is retained has a number, whatever the heap is, and the same each time', () => {
  const word = fc.constantFrom('App', 'Map', 'array:table', 'Cell#1', 'Cell#2', 'f()', '"text"', "'system / Context'")
  const edge = fc.constantFrom('.a', '[1]', '[2]', '{table}', '->v', '{3}', '{4}')
  fc.assert(
    fc.property(fc.array(fc.tuple(word, edge, word), { minLength: 1, maxLength: 25 }), drawing => {
      const text = `root.app = App\n${drawing.map(([from, edge, to]) => `${from}${edge} = ${to}`).join('\n')}`
      const [one, two] = [draw(text), draw(text)]
      const ids = heldIds(one.graph)
      expect(heldIds(two.graph)).toEqual(ids)
      const held = new Set([one.graph.root])
      for (const node of held) {
        expect(ids[node]).toBeGreaterThan(0)
        for (let edge = one.graph.firstEdge[node]!; edge < one.graph.firstEdge[node + 1]!; edge++) {
          held.add(one.graph.edgeTo[edge]!)
        }
      }
    }),
  )
})
