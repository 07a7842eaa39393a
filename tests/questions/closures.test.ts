import { expect, test } from 'vitest'
import { closures, closuresAnalysis } from '../../src/questions/closures.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf } from '../heap/drawn-heap.js'

const scope = "'system / Context'"
// Two variables: 16 bytes of header, two slots of V8, two of the program.
const drawn = heap`
  root.app = App
  App.serve1 = serve()#1 64 at 3:5:11
  App.serve2 = serve()#2 64 at 3:5:11
  App.log = log() 64 at 3:9:11
  serve()#1{context} = ${scope}#1 48
  serve()#2{context} = ${scope}#2 48
  log(){context} = ${scope}#2
  ${scope}#1{scope_info} = code:info
  ${scope}#2{scope_info} = code:info
  code:info{0} = "bigBuffer"
  code:info{1} = "name"
  code:info{2} = "makeHandler"
  ${scope}#1->bigBuffer = Buffer#1 1000
  ${scope}#2->bigBuffer = Buffer#2 1000
  ${scope}#1->name = "one" 24
  App.chained = chained() 64 at 3:20:1
  chained(){context} = ${scope}#inner 40
  ${scope}#inner{scope_info} = code:inner
  code:inner{1} = "inside"
  ${scope}#inner{previous} = ${scope}#outer 48
  ${scope}#outer{scope_info} = code:outer
  code:outer{2} = "outside"
  ${scope}#outer->kept = Kept 500
  App.internal = internal() 64 at 4:1:1
  internal(){context} = ${scope}#internal 48
  ${scope}#internal{scope_info} = code:internal
  code:internal{2} = "makeInternal"
  App.module = moduleFunction() 64 at 3:1:1
  moduleFunction(){context} = ${scope}#module 56
  ${scope}#module{scope_info} = code:module
  ${scope}#module->cache = Cache 9000
`
const places = {
  at: (script: number, line: number, column: number) => ({
    file: script === 4 ? 'node:net' : 'src/a.ts',
    line,
    column,
  }),
}
const all = { ...heapOf(drawn), places }

test('scopes of one function are one row, with what they retain and which functions share them', () => {
  const [first] = closures(all, 'count')
  expect({ ...first, nodes: first!.nodes.length }).toMatchObject({ nodes: 2, retained: 2 * 1048 + 24 })
  expect(first!.scope).toBe('closure scope of makeHandler()')
  expect(first!.variables).toEqual([
    { name: 'bigBuffer', type: 'Buffer', retained: 2000 },
    { name: 'name', type: '(string)', retained: 24 },
  ])
  expect(first!.functions.map(({ text, count }) => [text, count])).toEqual([
    ['serve  src/a.ts:5:11', 2],
    ['log  src/a.ts:9:11', 1],
  ])
})

test('an outer scope is shown with the functions of its inner scope', () => {
  const outer = closures(all).find(({ scope }) => scope.includes('outside'))!
  expect(outer.functions.map(({ text }) => text)).toEqual(['chained  src/a.ts:20:1'])
  expect(outer.withoutFunction).toBe(0)
})

test('scopes of modules and of Node.js are shown on request', () => {
  const scopes = (words: Record<string, string | true>) =>
    rowsOf(ask(closuresAnalysis, all, words)).map(({ scope }) => scope)
  expect(scopes({})).toEqual([
    'closure scope of makeHandler()',
    'closure scope of outside()',
    'closure scope of inside()',
  ])
  expect(scopes({ all: true })).toContain('closure scope of makeInternal()')
  expect(scopes({ all: true })[0]).toMatch(/^closure scope/)
  expect(scopes({ filter: 'chained' })).toEqual(['closure scope of outside()', 'closure scope of inside()'])
  expect(scopes({ min: '2' })).toEqual(['closure scope of makeHandler()'])
  expect(ask(closuresAnalysis, all).headline).toBe(
    '2 × closure scope of makeHandler(), retaining 2.1 KB, most of it by bigBuffer, shared by serve  src/a.ts:5:11',
  )
  expect(ask(closuresAnalysis, all).notes[0]).toBe(
    '2 scopes of modules and of Node.js itself were left out; --all has them',
  )
})

test('in a chain of scopes, what the last retains counts once', () => {
  const links = Array.from(
    { length: 50 },
    (_, at) => `
      ${scope}#c${at} 48
      ${scope}#c${at}{scope_info} = code:chain
      ${scope}#c${at}->previous = Config#c${at} 100
      Config#c${at}.describe = describe()#c${at} 64 at 3:2:2
      describe()#c${at}{context} = ${scope}#c${at + 1} 48
    `,
  ).join('\n')
  const chain = heap`
    root.first = start() 64 at 3:1:1
    start(){context} = ${scope}#c0
    code:chain{2} = "reload"
    ${links}
  `
  const [{ retained, variables }] = closures(heapOf(chain)) as [ReturnType<typeof closures>[number]]
  expect(retained).toBe(50 * (48 + 100 + 64) + 48)
  expect(variables[0]!.retained).toBe(retained)
})

test('a scope that only leads to those of another function is ranked after it, however much it retains', () => {
  const heap_ = heapOf(heap`
    root.app = App
    App.run = step() 64
    step(){context} = ${scope}#run 48
    ${scope}#run{scope_info} = code:run
    ${scope}#run->unit = quote() 64
    quote().feed = Feed 32
    Feed[0] = onPrice()#1 64
    Feed[1] = onPrice()#2 64
    onPrice()#1{context} = ${scope}#q1 48
    onPrice()#2{context} = ${scope}#q2 48
    ${scope}#q1{scope_info} = code:q
    ${scope}#q2{scope_info} = code:q
    ${scope}#q1->request = Request#1 1000
    ${scope}#q2->request = Request#2 1000
  `)
  const sizes = (order?: 'retained') =>
    closures(heap_, order).map(({ nodes, own, retained }) => [nodes.length, own, retained])
  expect(sizes()).toEqual([
    [2, 2096, 2096],
    [1, 48 + 64 + 32 + 128, 2368],
  ])
  expect(sizes('retained')[0]).toEqual([1, 272, 2368])
})
