import { expect, test } from 'vitest'
import { nodejsOwn } from '../../../src/paths/nodejs-own.js'
import { collectionsAnalysis } from '../../../src/questions/collections.js'
import { shapesAnalysis } from '../../../src/questions/shapes.js'
import { stringsAnalysis } from '../../../src/questions/strings.js'
import { heap } from '../../draw.js'
import { ask, heapOf, rowsOf } from '../../heap/drawn-heap.js'

// `load()` is a function of Node.js, `main()` one of the program; `resolve()` was created by V8 and has no script.
const drawn = heap`
  root.global = global
  global.load = load() 64
  load(){shared} = code:load
  code:load{script} = code:'node:internal/load'
  load(){context} = object:'system / Context' 48
  object:'system / Context'->builtins = Map#builtins 32
  Map#builtins{table} = array:big 9000
  Map#builtins.options = Object#options 500
  Object#options.depth = Depth
  load().first = "the same text twice"#1 40
  load().second = "the same text twice"#2 40
  global.main = main() 64
  main(){shared} = code:main
  code:main{script} = code:'/app/main.js'
  main(){source} = code:'(source)'
  code:'(source)'{text} = "function main() {}" 2000
  main().cache = Map#cache 32
  Map#cache{table} = array:small 152
  array:small{5} = "key" 24
  array:small{6} = Session 64
  main().resolve = resolve() 64
  resolve(){context} = object:'system / Context'#promise 48
  object:'system / Context'#promise->waiting = Object#waiting 56
  Object#waiting.since = Time
  main()."<symbol node:private>" = Object#private 700
  root.context = hidden:'system / NativeContext'
  hidden:'system / NativeContext'{fast_template_instantiations_cache} = AsyncWrap 80
  root.native = synthetic:'(Global handles)'
  synthetic:'(Global handles)'{1} = TCP 40
  TCP.history = Array#history 32
  synthetic:'(Global handles)'{2} = native:'Node / PrincipalRealm'
  native:'Node / PrincipalRealm'{process_object} = process 300
`

test("what only Node.js' functions, their scopes and its C++ retain is its own; all else is the program’s", () => {
  const { graph } = drawn
  const own = nodejsOwn(graph)
  const isOwn = (name: string): boolean => own[drawn.node(name)] === 1
  for (const name of [
    'load()',
    'Map#builtins',
    'Object#options',
    'Object#private',
    'process',
    'AsyncWrap',
    'code:main',
  ])
    expect([name, isOwn(name)]).toEqual([name, true])
  for (const name of ['main()', 'Map#cache', 'Session', 'Object#waiting', 'Array#history', 'global'])
    expect([name, isOwn(name)]).toEqual([name, false])
})

test('collections and shapes of Node.js are last, with a note; --all ranks them', () => {
  const types = (words: Record<string, string | true>) =>
    rowsOf(ask(collectionsAnalysis, heapOf(drawn), words)).map(({ retained }) => retained)
  const [first] = types({})
  expect(types({ all: true })[0]).toBe(types({})[types({}).length - 1])
  expect(first).toBeLessThan(9000)
  const report = ask(collectionsAnalysis, heapOf(drawn))
  expect(report.headline).toContain('has 1 entry')
  expect(report.notes).toContain(
    'Listed last: 1 collections that only Node.js itself holds; --all ranks them with the others',
  )
  expect(ask(collectionsAnalysis, heapOf(drawn), { all: true }).notes.join()).not.toContain('--all')
  const shapes = (words: Record<string, string | true>) =>
    rowsOf(ask(shapesAnalysis, heapOf(drawn), words)).map(({ shape }) => shape)
  expect(shapes({})).toEqual(['{since}', '{}', '{depth}'])
  expect(shapes({ all: true })).toEqual(['{}', '{depth}', '{since}'])
})

test('copies of texts and long strings that the program does not retain are last', () => {
  const report = ask(stringsAnalysis, heapOf(drawn))
  expect(report.headline).toBe('1 strings are copies of others: 40 B, 40 B of it by 2 × "the same text twice"')
})
