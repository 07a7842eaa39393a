import { expect, test } from 'vitest'
import { accumulations, suspectsAnalysis } from '../../src/questions/suspects.js'
import { draw } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

const many = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n')

const found = (drawing: string) => {
  const { graph } = draw(drawing)
  return accumulations(graph).map(({ node, retained, parts, together }) => ({
    what: together === undefined ? graph.strings.at(graph.nodeName[node]!) : `${together.count} ${together.type}`,
    retained,
    parts: parts.map(({ type, count }) => `${count} ${type}`),
  }))
}

test('memory accumulates in a collection of many small objects, not in what leads to it', () => {
  const drawing = `
    root.app = App 10
    App.store = Store 10
    Store.byId = Dictionary 80
    Store.other = Other 20
    ${many(50, at => `Dictionary.k${at} = Session#${at} 100`)}
  `
  expect(found(drawing)).toEqual([{ what: 'Dictionary', retained: 5080, parts: ['50 Session'] }])
})

test('two collections of one module are two places, and the module is not one', () => {
  const drawing = `
    root.app = App 10
    App.cache = Cache 80
    App.log = Log 40
    ${many(50, at => `Cache.k${at} = Entry#${at} 100\nLog.l${at} = Line#${at} 60`)}
  `
  expect(found(drawing)).toEqual([
    { what: 'Cache', retained: 5080, parts: ['50 Entry'] },
    { what: 'Log', retained: 3040, parts: ['50 Line'] },
  ])
})

test('objects in two registries have no common retainer, and are found together', () => {
  const drawing = `
    root.app = App 10
    App.first = First 10
    App.second = Second 10
    ${many(50, at => `First.k${at} = Session#${at} 100\nSecond.k${at} = Session#${at}`)}
  `
  const places = found(drawing)
  expect(places).toEqual([{ what: 'App', retained: 5030, parts: ['50 Session', '1 First', '1 Second'] }])
})

test('a long list is found at its head', () => {
  const drawing = `
    root.queue = Queue 10
    Queue.head = Job#0 100
    ${many(200, at => `Job#${at}.next = Job#${at + 1} 100`)}
  `
  expect(found(drawing)).toEqual([{ what: 'Job', retained: 20100, parts: [expect.stringMatching(/^1\d\d Job$/)] }])
})

test('one large object is reported as large by itself', () => {
  const heap = heapOf(draw('root.a = App 10\nApp.text = "long" 5000\nApp.rest = Rest 500'))
  const report = ask(suspectsAnalysis, heap)
  expect(report.headline).toBe('(string) App.text takes 4.9 KB, 90.7 % of the heap, by itself')
  expect(rowsOf(report)[0]).toMatchObject({ retained: 5000, type: '(string)' })
})

test('without accumulation nothing is reported, and the minimum share is the caller’s', () => {
  const drawing = `root.a = App 10\n${many(40, at => `root.x${at} = 'T${at}' 100`)}`
  expect(ask(suspectsAnalysis, heapOf(draw(drawing))).headline).toBe(
    'Nothing stands out: no object of the program retains 5 % of the heap',
  )
  expect(rowsOf(ask(suspectsAnalysis, heapOf(draw(drawing)), { min: '1', limit: '3' }))).toHaveLength(3)
  expect(() => ask(suspectsAnalysis, heapOf(draw(drawing)), { min: 'much' })).toThrow('--min takes a percentage')
})
