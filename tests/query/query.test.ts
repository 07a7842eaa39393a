import { expect, test } from 'vitest'
import type { HeapGraph } from '../../src/graph/heap-graph.js'
import { query } from '../../src/query/query.js'
import { findAnalysis } from '../../src/questions/find.js'
import { queryAnalysis } from '../../src/questions/query.js'
import { heap } from '../draw.js'
import { ask, heapOf, rowsOf, valuesOf } from '../heap/drawn-heap.js'

const shop = heap`
  root.shop = Shop 100 @1001
  Shop.sessions = Array 16 @1003
  Array[0] = Session#ada 64 @1005 at 3:5:11
  Array[1] = Session#bob 128 @1007
  Array[2] = Session#eve 32 @1009
  Session#ada.user = User#ada 24
  User#ada.name = "Ada" 16
  Session#ada.admin = hidden:'true'
  Session#ada.note = hidden:'null'
  Session#bob.user = User#bob 24
  User#bob.name = "Bob" 16
  Session#bob.admin = hidden:'system / Oddball'#false
  hidden:'system / Oddball'#false{0} = "false"
  Session#bob."odd key" = "odd"
  Session#eve."#secret" = "hush"
  Session#eve.visits = number:'heap number'#known
  number:'heap number'#known{value} = "7"
  Session#bob.visits = number:'heap number'#unknown
  Session#eve{map} = object-shape:'system / Map'
  object-shape:'system / Map'{descriptors} = object-shape:'system / DescriptorArray'
  object-shape:'system / DescriptorArray'{3} = "count"
  root.map = Map
  Map{table} = array:map 152
  array:map{5} = "user-7"
  array:map{6} = Session#ada
  root.serve = serve()
  serve(){context} = 'system / Context' 40
  'system / Context'->limit = "ten"
  Session#eve.token = sliced-string:'(sliced string)' 20
  sliced-string:'(sliced string)'{parent} = "a long text"
`
const places = {
  at: (_script: number, line: number, column: number) => ({ file: 'src/session.ts', line: line + 1, column }),
}
const shopHeap = { ...heapOf(shop), places }

const found = (expression: string): string[] =>
  query(shopHeap, expression).nodes.map(node => {
    const word = Object.entries(names).find(([, at]) => at === node)?.[0]
    return word ?? `${shop.graph.strings.at(shop.graph.nodeName[node]!)}`
  })
const names = { ada: shop.node('Session#ada'), bob: shop.node('Session#bob'), eve: shop.node('Session#eve') }

test.each([
  ['type = "Session"', ['bob', 'ada', 'eve']],
  ['type = "Session" and self >= 64', ['bob', 'ada']],
  ['type = "Session" && !(self >= 64)', ['eve']],
  ['type == "Session" and self != 0.0625KB', ['bob', 'eve']],
  ['type = "Session" and self * 2 + 8 = 72', ['eve']],
  ['type = "Session" and -self > -64', ['eve']],
  ['type = "Session" and self / 2 / 2 > 10 and self % 100 = 28', ['bob']],
  ['id = @1005', ['ada']],
  ['id in (@1005, 1009)', ['ada', 'eve']],
  ['type = "Session" and id not in (@1005, 1009)', ['bob']],
  ['.user.name = "Ada"', ['ada']],
  ['.user.name ~ /^a/i', ['ada']],
  ['.user and .user.name !~ /^a/i', ['bob']],
  ['.user.name like "?o*"', ['bob']],
  ['.user and .user.name not like "?o*"', ['ada']],
  ['.user.name contains "d" or .user.name startswith "B"', ['bob', 'ada']],
  ['.user.name endswith "b"', ['bob']],
  ['.admin', ['ada']],
  ['.admin = true', ['ada']],
  ['.admin = false', ['bob']],
  ['.note = null', ['ada']],
  ['type = "Session" and .user = undefined', ['eve']],
  ['["odd key"] = "odd"', ['bob']],
  ['.#secret = "hush"', ['eve']],
  ['.visits = 7', ['eve']],
  ['.sessions[1].user.name = "Bob"', ['Shop']],
  ['["user-7"].user.name = "Ada"', ['Map']],
  ['->limit = "ten"', ['system / Context', 'serve']],
  ['type(.sessions) = "Array"', ['Shop']],
  ['self(.user) = 24', ['bob', 'ada']],
  ['.sessions = @1003', ['Shop']],
  ['type = "Session" and retained > 160', ['bob']],
  ['type in ("Session", "Shop") and retained < 100', ['eve']],
  ['kind = "closure"', ['serve']],
  ['value = "Ada"', ['Ada']],
  ['distance = 2 and type = "Array"', ['Array']],
  ['type = "Session" and retainers = 2', ['ada']],
  ['type = "Session" and indegree = 1 and outdegree > 3', ['bob', 'eve']],
  ['line = 6', ['ada']],
  ['file endswith "session.ts"', ['ada']],
  ['label = "1 entry"', ['Map']],
  ['entries = 3', ['Array']],
])('%s', (expression, expected) => {
  expect(found(expression)).toEqual(expected)
})

test('what the heap does not have is neither true nor false, and counted', () => {
  const asked = (expression: string) => {
    const { total, unknown } = query(shopHeap, `type = "Session" and (${expression})`)
    return { total, unknown }
  }
  expect(asked('.visits = 7')).toEqual({ total: 1, unknown: 1 })
  expect(asked('not .visits = 7')).toEqual({ total: 1, unknown: 1 })
  expect(asked('.visits != 8')).toEqual({ total: 2, unknown: 1 })
  expect(asked('.visits > 8 or self > 100')).toEqual({ total: 1, unknown: 0 })
  expect(asked('.count > 8')).toEqual({ total: 0, unknown: 1 })
  expect(asked('.token = "a long text"')).toEqual({ total: 0, unknown: 1 })
  expect(ask(queryAnalysis, shopHeap, {}, '.count > 8').notes).toEqual([
    'No object matches.',
    '1 object could not be decided: a heap that V8 wrote has no numbers in fields (one read from memory does: --capture memory), and no heap has the texts of slices or all numbers of a long array or Map',
  ])
})

test('sorts by texts and numbers, up and down, missing values last', () => {
  const order = (sort: string) =>
    query(shopHeap, 'type = "Session"', { sort }).nodes.map(node => shop.graph.nodeId[node])
  expect(order('self')).toEqual([1009, 1005, 1007])
  expect(order('-self')).toEqual([1007, 1005, 1009])
  expect(order('.user.name')).toEqual([1005, 1007, 1009])
  expect(order('-.user.name')).toEqual([1007, 1005, 1009])
  expect(order('type, -id')).toEqual([1009, 1007, 1005])
  expect(order('retained - self')).toEqual([1009, 1005, 1007])
})

test('the answer has a column for each name in the expression, --sort and --show', () => {
  const report = ask(
    queryAnalysis,
    shopHeap,
    { limit: '1', sort: '-retained', show: ['.user', 'type(.user)'] },
    '.user.name ~ /./',
  )
  expect(rowsOf(report)).toEqual([
    {
      id: 1007,
      type: 'Session',
      self: 128,
      '.user.name': 'Bob',
      retained: 168,
      '.user': expect.stringMatching(/^User @\d+$/),
      'type(.user)': 'User',
      name: '',
    },
  ])
  expect(report.notes).toEqual(['1 more; raise --limit'])
})

test('find --where tests a type, ids, or all objects', () => {
  const ids = (words: Record<string, string | string[]>) =>
    rowsOf(ask(findAnalysis, shopHeap, words)).map(({ id }) => id)
  expect(ids({ type: 'Session', where: '.user' })).toEqual([1007, 1005])
  expect(ids({ id: ['@1005', '@1009'], where: '.user' })).toEqual([1005])
  expect(ids({ where: '.sessions' })).toEqual([1001])
})

test('only what an expression needs is computed', () => {
  const touched = new Set<string | symbol>()
  const { graph } = shop
  const watched = new Proxy(graph, {
    get(target, key) {
      touched.add(key)
      return target[key as keyof HeapGraph]
    },
  })
  query(heapOf({ graph: watched }), 'type = "Session" and self > 64')
  expect([...touched].filter(key => String(key).startsWith('edge') || key === 'firstEdge')).toEqual([])
})

test('a million conditions are reported as one mistake', () => {
  expect(() => query(shopHeap, `${'('.repeat(5000)}self`)).toThrow(/nested more than 100 deep/)
  expect(() => query(shopHeap, `${'not '.repeat(2000)}.a`)).toThrow(/nested more than 100 deep/)
  expect(() => query(shopHeap, `self = ${'1+'.repeat(5000)}1`)).toThrow(/longer than 10,000/)
})

test('questions that need only nodes read only nodes, with the same answer', () => {
  const { firstEdge: _1, edgeType: _2, edgeName: _3, edgeTo: _4, locations: _5, ...nodes } = shop.graph
  const fromNodes = (expression: string, words: Record<string, string | readonly string[]> = {}) =>
    queryAnalysis.fromNodes!(valuesOf(queryAnalysis, words), expression)
  const expression = 'type = "Session" and self + 1 > 60 and name like "S*" and id != @1009'
  const onNodes = fromNodes(expression)!({ ...heapOf(shop), graph: nodes })
  expect(onNodes).toEqual(ask(queryAnalysis, heapOf(shop), {}, expression))
  expect(rowsOf(onNodes)).toHaveLength(2)
  expect(fromNodes('type = "Session"', { show: ['name'], sort: '-kind' })).toBeDefined()

  // The description column, a field, a size, an order, a further column: all of them need edges.
  expect(fromNodes('type = "Session"')).toBeUndefined()
  expect(fromNodes('name = "Session" and .user')).toBeUndefined()
  expect(fromNodes('name = "Session" or retained > 1KB')).toBeUndefined()
  expect(fromNodes('name = "Session"', { sort: '-retained' })).toBeUndefined()
  expect(fromNodes('name = "Session"', { show: ['.user'] })).toBeUndefined()
  expect(fromNodes('type(.user) = "User" and name = "Session"')).toBeUndefined()
  expect(() => fromNodes('name = ')).toThrow('expected')
  expect(() => fromNodes('  ')).toThrow('an expression is needed')
})
