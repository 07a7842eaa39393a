import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { edgeTypeNumber, type HeapGraph } from '../../src/graph/heap-graph.js'
import { leaks } from '../../src/growth/leaks.js'
import { verdictOf } from '../../src/growth/verdict.js'
import type { Heap } from '../../src/heap/heap.js'
import { leaksAnalysis } from '../../src/questions/leaks.js'
import { draw } from '../draw.js'
import { runs } from '../support/runs.js'
import { fromMemory, growing, growingUnsaid, lines, restarted, type Span, series, withIds } from './series.js'

/** A heap with one number in an object, as in heaps read from memory. */
function withNumber(graph: HeapGraph, drawing: string, word: string, name: string, value: number): HeapGraph {
  const names = Array.from({ length: graph.strings.length }, (_, at) => graph.strings.at(at))
  return {
    ...graph,
    numbers: {
      node: Uint32Array.of(draw(drawing).node(word)),
      type: Uint8Array.of(edgeTypeNumber('property')),
      name: Uint32Array.of(names.indexOf(name)),
      value: Float64Array.of(value),
    },
  }
}

const sessionsInMap = `
  root.app = App
  App.store = Store 16
  Store.sessions = Map 32 @7
  Map{table} = array:table $16last
  array:table{$n} = Session#$n 64
  Session#$n.user = "user-$n" 24`

/** As Bun writes a Map: without an edge to its contents. */
const sessionsOfNobody = `
  root.app = App
  App.sessions = Map 32
  Session#$n 64`

test('growth without a retainer in the files is reported, and not clean', async () => {
  const found = await leaks(growing(sessionsOfNobody, 50, 100, 150))
  expect(found).toMatchObject({ suspects: [], unretained: [{ type: 'Session', counts: [50, 100, 150] }] })
  expect(verdictOf(found)).toBe('inconclusive')
  const report = await leaksAnalysis.run(growing(sessionsOfNobody, 50, 100, 150), { limit: 10, fail: false })
  expect(report.headline).toBe(
    'Inconclusive: 150 Session are retained by nothing in these heaps, 100 more than in the first',
  )
  expect(report.notes.join()).toContain('as in files of Bun')
  expect(verdictOf(await leaks(growing(sessionsOfNobody, 50, 50, 50)))).toBe('not-leaking')
})

test("V8's own objects without a retainer say nothing about the program", async () => {
  const waiting = `
    root.app = App
    hidden:'system / Foreign'#$n 64
    code:old#$n 64
    array:old#$n 64`
  const found = await leaks(growing(waiting, 50, 100, 150))
  expect(found.unretained).toEqual([])
  expect(verdictOf(found)).toBe('not-leaking')
})

describe('growth in every heap', () => {
  test('a Map with a constant gain is named with what it gains', async () => {
    const { suspects } = await leaks(growing(sessionsInMap, 10, 20, 30))
    expect(suspects).toHaveLength(1)
    expect(suspects[0]).toMatchObject({
      rank: 1,
      kind: 'map',
      holder: { id: 7, type: 'Map' },
      leaked: { type: 'Session', count: 20, countPerRound: 10, bytes: 20 * 88, bytesPerRound: 10 * 88 },
      evidence: { by: 'identity', born: [10, 10], heaps: 3, levelling: false },
    })
    expect(suspects[0]!.headline).toContain('gains 10 Session per round (880 B), in 3 of 3 heaps')
    expect(suspects[0]!.path.map(({ type }) => type)).toEqual(['App', 'Store', 'Map', 'Session'])
  })

  test("V8's own tables and caches are not suspects, however they grow, except its table of registered symbols", async () => {
    const suspects = async (group: string, table: string) => {
      const heap = `
        root.gc = (GC roots)
        (GC roots)[0] = ${group}
        ${group}{${table}} = array:table 64
        array:table{$n} = Session#$n 64`
      return (await leaks(growing(heap, 10, 20, 30))).suspects
    }
    expect(await suspects('(Strong roots)', 'builtins_constants_table')).toEqual([])
    expect(await suspects('(Strong root list)', 'number_string_cache')).toEqual([])
    expect(await suspects('(Strong root list)', 'public_symbol_table')).toMatchObject([{ kind: 'native' }])
    expect(await suspects('(Global handles)', '7')).toMatchObject([{ kind: 'native' }])
  })

  test("a FinalizationRegistry's entries for dead objects only wait for its callback", async () => {
    const registry = (target: string): string => `
      root.app = App
      App.gone = FinalizationRegistry 80
      FinalizationRegistry{4} = hidden:'system / WeakCell'#0 72
      hidden:'system / WeakCell'#$n-1{4} = hidden:'system / WeakCell'#$n 72
      hidden:'system / WeakCell'#$n{2} = Stream#$n 64
      ${target}`
    expect((await leaks(growing(registry(''), 10, 20, 30))).suspects).toEqual([])
    const open = `hidden:'system / WeakCell'#$n~target = Response#$n 64
      App."response $n" = Response#$n`
    expect((await leaks(growing(registry(open), 10, 20, 30))).suspects).not.toEqual([])
  })

  test('WeakRefs to dead objects may be swept, until there are thousands', async () => {
    const list = (length: number): string => `
      root.app = App
      App.subscribers = Array 32
      ${lines(length, n => `Array[${n}] = WeakRef#${n} 32`)}`
    const few = await leaks(fromMemory([100, 240, 380].map(list)))
    expect(few).toMatchObject({ suspects: [], uncertain: [{ evidence: { waits: true } }] })
    const many = await leaks(fromMemory([100, 1140, 2180].map(list)))
    expect(many.suspects).toMatchObject([{ leaked: { type: 'WeakRef', count: 2080 } }])
  })

  test('what FinalizationRegistry callbacks may still free is uncertain', async () => {
    const signals = `
      root.app = App
      App.dependants = Set 32
      Set{table} = array:table 64
      array:table{$n} = WeakRef#$n 32`
    const registry = `
      App.gone = FinalizationRegistry 80
      FinalizationRegistry{4} = hidden:'system / WeakCell'#0 72
      hidden:'system / WeakCell'#$n-1{4} = hidden:'system / WeakCell'#$n 72`
    const waiting = await leaks(growing(`${signals}\n${registry}`, 10, 20, 30))
    expect(waiting).toMatchObject({ suspects: [], uncertain: [{ evidence: { waits: true } }] })
    expect(verdictOf(waiting)).toBe('inconclusive')
    const report = await leaksAnalysis.run(growing(`${signals}\n${registry}`, 10, 20, 30), { limit: 10, fail: false })
    expect(report.headline).toMatch(/^Inconclusive: Set .*, which may only wait for finalizers$/)
    expect(report.notes.join()).toContain('--rounds 10')
    // Unrelated growth is still reported.
    const other = `
      App.jobs = Jobs 32
      Jobs."job $n" = Job#$n 64`
    const both = await leaks(growing(`${signals}\n${registry}\n${other}`, 10, 20, 30))
    expect(both.suspects).toMatchObject([{ leaked: { type: 'Job', count: 20 } }])
    // Callbacks were called for the first hundred, and freed nothing.
    const called = `
      ${lines(100, n => `array:table{${1000 + n}} = WeakRef#before${n} 32`)}`
    const kept = await leaks(growing(`${signals}\n${registry}\n${called}`, 10, 20, 30))
    expect(kept.suspects).toMatchObject([{ kind: 'set', leaked: { count: 20 } }])
    // Nothing will free them, although the process itself collected its garbage.
    expect((await leaks(growing(signals, 10, 20, 30))).suspects).toMatchObject([{ kind: 'set', leaked: { count: 20 } }])
  })

  test('a full cache that evicts as much as it gains is not a suspect', async () => {
    const { suspects, levelling } = await leaks(growing(sessionsInMap, [0, 20], [10, 30], [20, 40]))
    expect([suspects, levelling]).toEqual([[], []])
  })

  test('a cache that is filling is reported as bounded so far', async () => {
    const found = await leaks(growing(sessionsInMap, 100, 190, 200))
    expect(found.suspects).toEqual([])
    expect(found.levelling).toMatchObject([{ kind: 'map', leaked: { type: 'Session', count: 100 } }])
    expect(verdictOf(found)).toBe('inconclusive')
  })

  test('a queue that is drained between the heaps is not a suspect, however long it gets', async () => {
    const { suspects } = await leaks(growing(sessionsInMap, [0, 10], [10, 40], [40, 100]))
    expect(suspects).toEqual([])
  })

  test('what two registries retain is one suspect with two retainers', async () => {
    const both = `
      root.app = App
      App.store = Store
      Store.byId = Map 32
      Store.online = Set 32
      Map{table} = array:one 64
      Set{table} = array:two 64
      array:one{$n} = Session#$n 64
      array:two{$n} = Session#$n`
    const { suspects } = await leaks(growing(both, 10, 20, 30))
    expect(suspects).toHaveLength(1)
    expect(suspects[0]!.leaked).toMatchObject({ type: 'Session', count: 20 })
    expect(suspects[0]!.evidence.holders?.map(({ type }) => type).sort()).toEqual(['Map', 'Set'])
    expect(suspects[0]!.headline).toMatch(/ and .* both gain the same 10 Session/)
  })

  test('a list that grows at its end is named by what has its head', async () => {
    const list = `
      root.app = App
      App.queue = Queue 32
      Queue.first = Cell#0 32
      Cell#$n-1.next = Cell#$n 32
      Queue.last = Cell#$last`
    const { suspects } = await leaks(growing(list, 10, 20, 30))
    expect(suspects).toMatchObject([{ kind: 'list', holder: { type: 'Queue' }, leaked: { type: 'Cell', count: 20 } }])
  })

  test('so is a list that grows at its head', async () => {
    const stack = `
      root.app = App
      App.undo = Stack 32
      Stack.head = Cell#$last
      Cell#$n.next = Cell#$n-1
      Cell#$n 32`
    const { suspects } = await leaks(growing(stack, 10, 20, 30))
    expect(suspects).toMatchObject([{ kind: 'list', holder: { type: 'Stack' }, leaked: { type: 'Cell', count: 20 } }])
  })

  test('a list of plain objects ends at an object of another shape: its cells are named by their link', async () => {
    const list = `
      root.app = App
      App.prices = Object#prices 32
      Object#prices.usd = Price 32
      Price.targets = Object#$last 48
      Object#$n.older = Object#$n-1
      Object#$n.target = Effect#$n 64`
    const { suspects } = await leaks(growing(list, 20, 40, 60))
    expect(suspects).toMatchObject([{ kind: 'list', holder: { type: 'Price' }, leaked: { type: 'Effect', count: 40 } }])
    expect(suspects[0]!.headline).toContain('; each leads to the next by .older')
    const plain = await leaks(growing(list.replace('target = Effect#$n', 'name = "n$n"'), 20, 40, 60))
    expect(plain.suspects[0]!.headline).toMatch(/^Linked list \S+ of plain objects gains 20 plain objects per round/)
  })

  test('scopes of resolving functions are one growth, though compiled code makes them differently', async () => {
    const settlers = (calls: number, slot: string): string => `
      root.app = App
      App.open = Set
      Set{table} = array:table
      ${lines(calls, n => `array:table{${n + 3}} = closure:settle#${n} 64`)}
      ${lines(calls, n => `closure:settle#${n}{context} = 'system / Context'#${n} 32`)}
      ${lines(calls, n => `'system / Context'#${n}{${slot}} = Answer#${n} 64`)}`
    const drawings = [20, 40, 60, 80, 100].map((calls, at) => settlers(calls, at < 2 ? '1' : 'extension'))
    const { suspects } = await leaks(withIds(drawings))
    expect(suspects).toMatchObject([{ kind: 'set', leaked: { type: 'Answer', count: 80 } }])
  })

  test('doubly linked lists, one per key, are one leak, named without a key', async () => {
    const queues = ['eu', 'us', 'as', 'au']
    const listOf = (key: string, cells: number): string => `
      Object#queues."for ${key}" = Queue#${key} 32
      Queue#${key}.first = Object#${key}0
      Queue#${key}.last = Object#${key}${cells - 1}
      ${lines(cells, n => `Object#${key}${n}.job = Job#${key}${n} 64`)}
      ${lines(cells - 1, n => `Object#${key}${n}.next = Object#${key}${n + 1}\n Object#${key}${n + 1}.prev = Object#${key}${n}`)}`
    const drawings = [40, 60, 80].map(
      cells => `root.app = App\n App.queues = Object#queues\n ${queues.map(key => listOf(key, cells)).join('\n')}`,
    )
    const { suspects } = await leaks(withIds(drawings))
    expect(suspects).toMatchObject([{ kind: 'list', leaked: { type: 'Job', count: 160 } }])
    expect(suspects[0]!.headline).toMatch(/^Linked list queues\[…\] of Job gains 80 Job per round/)
  })

  test('a ring that two variables lead into is one list, counted whole', async () => {
    const ringOf = (tasks: number): string => `
      root.app = App
      App.current = Task#0
      root.worker = Worker
      Worker.task = Task#${tasks >> 1}
      ${lines(tasks, n => `Task#${n}.next = Task#${(n + 1) % tasks}`)}
      ${lines(tasks, n => `Task#${n} 64`)}`
    const { suspects } = await leaks(withIds([40, 60, 80].map(ringOf)))
    expect(suspects).toMatchObject([{ kind: 'list', leaked: { type: 'Task', count: 40 } }])
  })

  test('arrays in arrays are not a list, however many there are side by side', async () => {
    const templates = `
      root.app = App
      App.cache = Cache 16
      Cache."page $n" = Array#$n 32
      Array#$n[0] = Array#$n_0 32
      Array#$n[1] = Array#$n_1 32
      Array#$n_1[0] = Array#$n_1_0 32
      Array#$n_1[1] = Array#$n_1_1 32`
    const { suspects } = await leaks(growing(templates, 20, 40, 60))
    expect(suspects).toMatchObject([
      { kind: 'object', holder: { type: 'Cache' }, leaked: { type: 'Array', count: 40, bytes: 40 * 5 * 32 } },
    ])
  })

  test('clones that each retain the previous one, by a listener six steps away, are a chain', async () => {
    const clones = `
      root.app = App
      App.current = Clone#$last 64
      Clone#$n.translator = Translator#$n 32
      Translator#$n.observers = Object#$n 32
      Object#$n."*" = Array#$n 32
      Array#$n[0] = closure:onAny#$n 64
      closure:onAny#$n{context} = 'system / Context'#$n 32
      'system / Context'#$n->before = Clone#$n-1`
    const { suspects } = await leaks(growing(clones, 20, 40, 60))
    expect(suspects.map(({ leaked }) => leaked.type)).toEqual(['Clone'])
  })

  test('a trie is not a list: its node with many others is named', async () => {
    const trie = `
      root.app = App
      App.topics = Topics 16
      Topics.root = Node#root 32
      Node#root.reply = Node#reply 32
      Node#reply."id-$n" = Node#$n 32`
    const { suspects } = await leaks(growing(trie, 20, 40, 60))
    expect(suspects).toMatchObject([{ kind: 'object', holder: { type: 'Node' }, leaked: { type: 'Node', count: 40 } }])
    expect(suspects[0]!.headline).toContain('topics.root.reply')
  })

  /** A search tree: two nodes below each, level by level. */
  const searchTree = (nodes: number): string =>
    `root.app = App
    App.index = Index 16
    Index.top = Node#1 64
    ${lines(nodes - 1, n => `Node#${n >> 1}.${n % 2 === 0 ? 'left' : 'right'} = Node#${n} 64`, 2)}
    ${lines(nodes, n => `Node#${n}.value = Entry#${n} 64`, 1)}`

  test('a search tree is one leak, counted at its owner, although each path in it has only one object', async () => {
    const sizes = [100, 180, 260, 340, 420]
    for (const heaps of [withIds, fromMemory]) {
      const { suspects, uncertain } = await leaks(heaps(sizes.map(searchTree)))
      expect(uncertain).toEqual([])
      expect(suspects).toMatchObject([{ kind: 'list', holder: { name: 'index' } }])
      expect(Math.abs(suspects[0]!.leaked.count - 320)).toBeLessThan(16)
      expect(suspects[0]!.headline).toMatch(/^Tree index of (?:Node|Entry)\b/)
      expect(suspects[0]!.evidence.hint).toMatch(/^Remove from the tree /)
    }
  })

  test('other arrays in the cells of a list of arrays are not cells', async () => {
    const nested = `
      root.app = App
      App.last = Array#$last
      Array#$n[0] = Array#$n-1
      Array#$n[1] = Receipt#$n 64
      Receipt#$n.lines = Array#lines$n 64`
    const { suspects } = await leaks(growing(nested, 40, 60, 80, 100))
    expect(suspects).toHaveLength(1)
    expect(suspects[0]!.leaked.count).toBe(60)
  })

  /** Thirty below each entry of a cache, five below each of those. */
  const above = (t: number, n: number): string => (n < 5 ? `${t}` : `${t}_${(n / 5) | 0}`)
  const pieces = {
    arrays: (t: number) => `
      Object.t${t} = Array#${t} 32
      ${lines(30, n => `Array#${above(t, n)}[${n}] = Array#${t}_${n} 32`, 1)}`,
    objects: (t: number) => `
      Object.t${t} = Object#${t} 32
      ${lines(30, n => `Object#${above(t, n)}.rows = Array#${above(t, n)} 32\nArray#${above(t, n)}[${n}] = Object#${t}_${n} 32`, 1)}`,
  }

  test.each(Object.entries(pieces))('pieces of data of many levels in a cache are no tree: %s', async (_, piece) => {
    const cache = (count: number): string => `
      root.app = App
      App.parsed = Object 32
      ${lines(count, piece)}`
    const { suspects } = await leaks(fromMemory([30, 40, 50, 60, 70, 80].map(cache)))
    expect(suspects.length).toBeGreaterThan(0)
    expect(suspects[0]!.headline).toMatch(/^Object parsed\b/)
  })

  test('a search tree of constant size is not a leak', async () => {
    const { suspects, uncertain } = await leaks(withIds([300, 310, 296, 305, 301, 299].map(searchTree)))
    expect([...suspects, ...uncertain]).toEqual([])
  })

  /**
   * A tree with four nodes below each and plain objects between: no path of it grows, and each type is below another
   * that grows.
   */
  const quadTree = (nodes: number): string =>
    `root.app = App
    App.index = Quad#1 64
    ${lines(nodes, n => `Quad#${n}.points = Array#${n} 16\nArray#${n}[0] = Position#${n} 64`, 1)}
    ${lines(
      nodes - 1,
      n => {
        const above = (n + 2) >> 2
        return `Quad#${above}.quads = Object#${above} 32\nObject#${above}.${['nw', 'ne', 'sw', 'se'][n % 4]} = Quad#${n} 64`
      },
      2,
    )}`

  test('a skip list is one leak, although its nodes lead to several others', async () => {
    /** Every node leads to the next with as many levels, by each of its levels. */
    const skipList = (nodes: number): string => {
      const levels = (n: number): number => 1 + Math.log2(n & -n)
      const links = [...new Array(10).keys()].flatMap(level => {
        const own = [...new Array(nodes).keys()].map(n => n + 1).filter(n => levels(n) > level)
        return own.map((n, at) => `Array#${at === 0 ? 0 : own[at - 1]}[${level}] = Cell#${n} 64`)
      })
      return `root.app = App
        App.board = Board 16
        Board.head = Cell#0 64
        ${lines(nodes + 1, n => `Cell#${n}.next = Array#${n} 32\nCell#${n}.score = Score#${n} 64`)}
        ${links.join('\n')}`
    }
    const { suspects } = await leaks(fromMemory([300, 390, 480, 570, 660, 750, 840, 930].map(skipList)))
    expect(suspects).toMatchObject([{ holder: { name: expect.stringMatching(/^board/) } }])
    expect(suspects[0]!.leaked.count).toBeGreaterThan(600)
  })

  test('of types that retain one another in a tree, one is named', async () => {
    const { suspects } = await leaks(fromMemory([300, 370, 440, 510, 580, 650, 720, 790].map(quadTree)))
    expect(suspects).toMatchObject([{ holder: { name: 'index' } }])
    expect(suspects[0]!.headline).toMatch(/^Tree index of (?:Quad|Position)\b/)
  })

  test('a trie of several levels is counted at the node with many others', async () => {
    const trie = `
      root.app = App
      App.topics = Topics 16
      Topics.root = Node#root 32
      Node#root.jobs = Node#jobs 32
      Node#jobs."id-$n" = Node#$n 32
      Node#$n.done = Node#done_$n 32
      Node#done_$n.listener = Listener#$n 32`
    const { suspects } = await leaks(growing(trie, 20, 40, 60))
    expect(suspects).toMatchObject([{ holder: { type: 'Node', name: 'topics.root.jobs' } }])
    expect(suspects[0]!.leaked.count).toBe(40)
  })

  test('growing Maps in Maps are not a list', async () => {
    const tree = (entries: number): string => `
      root.app = App
      App.terms = Map#0 32
      ${lines(3, n => `Map#${n}.next = Map#${n + 1} 32`)}
      Map#3{table} = array:table ${entries * 4096}`
    const { suspects } = await leaks(series([tree(20), tree(60), tree(100)]))
    expect(suspects.map(({ kind }) => kind)).toEqual(['map'])
    expect(suspects[0]!.headline).toMatch(/^Map /)
  })

  test('what only compiled code leads to is not a suspect, nor what that leads to', async () => {
    const compiled = `
      root.app = App
      App.run = run() 64
      run(){shared} = code:run 64
      code:run{$n} = Boilerplate#$n 64
      Boilerplate#$n.part = Part#$n 64
      Part#$n.more = More#$n 64`
    expect((await leaks(growing(compiled, 10, 20, 30))).suspects).toEqual([])
  })

  test('objects that are each the prototype of the next are reported as such', async () => {
    const scopes = `
      root.app = App
      App.scope = Scope#$last
      Scope#$n.__proto__ = Scope#$n-1
      Scope#$n 32`
    const { suspects } = await leaks(growing(scopes, 10, 20, 30))
    expect(suspects).toMatchObject([{ kind: 'list', leaked: { type: 'Scope', count: 20 } }])
    expect(suspects[0]!.headline).toContain('each is the prototype of the one before')
    expect(suspects[0]!.evidence.hint).toContain('Object.create()')
  })

  test('a doubly linked list is one list, although half of it is nearer to its tail', async () => {
    const linked = `
      root.app = App
      App.waiting = List 32
      List.head = Task#0
      List.tail = Task#$last
      Task#$n 32
      Task#$n-1.next = Task#$n
      Task#$n.prev = Task#$n-1`
    const { suspects } = await leaks(growing(linked, 20, 40, 60))
    expect(suspects).toMatchObject([{ kind: 'list', holder: { type: 'List' }, leaked: { type: 'Task', count: 40 } }])
  })

  test('listeners are reported by event, emitter and function', async () => {
    const bus = `
      root.app = App
      App.store = Store
      Store.bus = Bus 32
      Bus._events = Object#events 16
      Object#events.data = Array 16
      Array[$n] = onData()#$n 64 at 4:30:2
      onData()#$n{context} = 'system / Context'#$n 40
      'system / Context'#$n->conn = Conn#$n 80`
    const { suspects } = await leaks(growing(bus, 10, 20, 30))
    expect(suspects).toMatchObject([
      {
        kind: 'listener',
        holder: { type: 'Array', name: "'data' listeners of store.bus" },
        leaked: { type: 'Conn', count: 20 },
      },
    ])
    expect(suspects[0]!.headline).toContain('each onData')
  })

  test('fields of one object that gain together are one leak', async () => {
    const cache = `
      root.app = App
      App.cache = Cache 16
      Cache.keys = Array#keys 32
      Cache.values = Array#values 32
      Array#keys[$n] = "/search?q=$n" 24
      Array#values[$n] = Answer#$n 64`
    const { suspects } = await leaks(growing(cache, 20, 40, 60))
    expect(suspects).toMatchObject([{ holder: { name: 'cache.values' }, leaked: { type: 'Answer', count: 40 } }])
    expect(suspects[0]!.headline).toContain('; Array cache.keys grows with it')
  })

  test('growth beside it in an object far down is named by the end of its name', async () => {
    const cache = `
      root.app = App
      App.http = Http 16
      Http.cache = Cache 16
      Cache.keys = Array#keys 32
      Cache.values = Array#values 32
      Array#keys[$n] = "/search?q=$n" 24
      Array#values[$n] = Answer#$n 64`
    const { suspects } = await leaks(growing(cache, 20, 40, 60))
    expect(suspects[0]!.headline).toMatch(/^Array http\.cache\.values gains .*; Array cache\.keys grows with it$/)
  })

  test('two suspects that retain the same objects name their common part once', async () => {
    const trace = `
      root.app = App
      App.consumer = Consumer 16
      Consumer.trace = Trace 16
      Trace.finished = Array#finished 32
      Trace.started = Array#started 32
      Array#finished[$n] = Span#$n 64
      Array#started[$n] = Span#$n`
    const { suspects } = await leaks(growing(trace, 20, 40, 60))
    expect(suspects[0]!.headline).toMatch(
      /^Array consumer\.trace\.(?:finished and Array trace\.started|started and Array trace\.finished) both gain /,
    )
  })

  test('a Map that has the objects of another registry, by its own keys, is one leak with it', async () => {
    const orders = `
      root.app = App
      App.pending = Set 16
      Set{table} = array:pending 32
      array:pending{$n} = Order#$n 64
      App.index = Index 16
      Index.byId = Map 16
      Map{table} = array:table 32
      array:table{$n} = Order#$n
      array:table{1$n} = "id-$n" 24`
    const { suspects } = await leaks(growing(orders, 20, 40, 60))
    expect(suspects).toMatchObject([{ leaked: { type: 'Order', count: 40 } }])
    expect(suspects[0]!.headline).toMatch(/ both gain the same 20 Order /)
  })

  test.each([32, 200])(
    'a class of the program is named before the package class around it, of %i bytes',
    async size => {
      const locks = (file: string): string => `
      root.app = App
      App.locks = Array
      Array[$n] = Lock#$n ${size}
      Lock#$n{map} = object-shape:Lock 16
      object-shape:Lock{constructor} = closure:Lock 64 at 1:1:1
      closure:Lock{shared} = code:lock
      code:lock{script} = code:'${file}'
      Lock#$n.owner = Account#$n 64
      Account#$n{map} = object-shape:Account 16
      object-shape:Account{constructor} = closure:Account 64 at 2:1:1
      closure:Account{shared} = code:account
      code:account{script} = code:'/app/src/account.js'`
      const typeOf = async (file: string) => (await leaks(growing(locks(file), 20, 40, 60))).suspects[0]!.leaked.type
      expect(await typeOf('/app/node_modules/lock/index.js')).toBe('Account')
      expect(await typeOf('/app/src/lock.js')).toBe('Lock')
    },
  )

  test('fields of one object that gain at different rates are two leaks', async () => {
    const service = (sessions: number, jobs: number): string => `
      root.app = App
      App.service = Service 16
      Service.sessions = Array#sessions 32
      Service.jobs = Array#jobs 32
      ${lines(sessions, n => `Array#sessions[${n}] = Session#${n} 64`)}
      ${lines(jobs, n => `Array#jobs[${n}] = Job#${n} 64`)}`
    const { suspects } = await leaks(series([service(20, 20), service(40, 50), service(60, 80)]))
    expect(suspects.map(({ holder }) => holder.name)).toEqual(['service.jobs', 'service.sessions'])
  })

  test('listeners of several events of one emitter are one leak', async () => {
    const piped = `
      root.app = App
      App.log = Log
      Log._events = Object#events 16
      Object#events.finish = Array#finish 16
      Object#events.unpipe = Array#unpipe 16
      Array#finish[$n] = onFinish()#$n 64
      Array#unpipe[$n] = onUnpipe()#$n 64
      onUnpipe()#$n{context} = 'system / Context'#$n 40
      'system / Context'#$n->source = Logger#$n 800`
    const { suspects } = await leaks(growing(piped, 10, 20, 30))
    expect(suspects).toHaveLength(1)
    expect(suspects[0]!.headline).toMatch(
      /^'unpipe' and 'finish' listeners of log \(Log\) gain 10 Logger per round .*; each onUnpipe$/,
    )
  })

  test('events of one emitter with equal gains are named in a fixed order', async () => {
    const piped = (close: number, drain: number): string => `
      root.app = App
      App.log = Log
      Log._events = Object#events 16
      Object#events.drain = Array#drain 16
      Object#events.close = Array#close 16
      Array#drain[$n] = onDrain()#$n 64
      Array#close[$n] = onClose()#$n 64
      onDrain()#$n{context} = 'system / Context'#drain$n 40
      onClose()#$n{context} = 'system / Context'#close$n 40
      'system / Context'#drain$n->source = Logger#drain$n ${drain}
      'system / Context'#close$n->source = Logger#close$n ${close}`
    for (const drawing of [piped(800, 808), piped(808, 800)]) {
      const [suspect] = (await leaks(growing(drawing, 10, 20, 30))).suspects
      expect(suspect!.headline).toMatch(/^'close' .*listeners of log/)
    }
  })

  // Two seconds between the first two, half a minute after that.
  test('a leak by time is found in heaps that were captured unevenly', async () => {
    const visits = `
      root.app = App
      App.visits = Array
      Array[$n] = Visit#$n 64`
    const captured = async function* (...seconds: readonly number[]): AsyncGenerator<Heap> {
      let place = 0
      for await (const heap of growing(visits, 100, 160, 1030)) {
        const capturedAt = new Date(1000 * seconds[place++]!).toISOString()
        yield { ...heap, origin: { ...heap.origin, pid: 7, session: null, capturedAt } }
      }
    }
    const uneven = await leaks(captured(100, 102, 131))
    expect([...uneven.suspects, ...uneven.uncertain][0]?.headline).toMatch(/^Array visits.* gains 465 Visit per round/)
    const even = await leaks(captured(100, 110, 120))
    expect([...even.suspects, ...even.uncertain]).toEqual([])
  })

  test('what else the leaked objects retain frees none of them', async () => {
    const symbols = `
      root.app = App
      App.all = Array
      Array[$n] = Storage#$n 64
      Storage#$n.key = Key#$n 32
      App.byKey = Map 32
      Map{table} = array:table 64
      array:table{$n} = Key#$n`
    const { suspects } = await leaks(growing(symbols, 10, 20, 30))
    expect(suspects).toHaveLength(1)
    expect(suspects[0]!.headline).toMatch(/^Array all gains 10 Storage per round .*; Map byKey grows with it$/)
    expect(suspects[0]!.evidence.holders).toBeUndefined()
  })

  test('what waits for finalizers is uncertain without a garbage collection; what is registered with them is not a leak', async () => {
    const requests = `
      root.app = App
      App.registry = FinalizationRegistry
      FinalizationRegistry{$n} = hidden:'system / WeakCell'#$n 72
      hidden:'system / WeakCell'#$n{1} = Held#$n 64
      hidden:'system / WeakCell'#$n~unregister_token = abort()#$n 64
      App.signal = Signal
      Signal.listeners = Array
      Array[$n] = Listener#$n 48
      Listener#$n.callback = abort()#$n`
    const found = await leaks(growing(requests, 10, 20, 30))
    expect(found.suspects).toEqual([])
    expect(found.uncertain).toMatchObject([{ leaked: { type: '(closure)' }, evidence: { waits: true } }])
    expect(verdictOf(found)).toBe('inconclusive')
  })

  test('objects that move between arrays are named by the array, not by their own parts', async () => {
    const first = `
      root.app = App
      App.buffered = Array#buffered
      App.pending = Write
      Write.chunks = Array#chunks`
    const chunks = (of: string, times: number) =>
      lines(times, n => `Array#${of}[${n}] = concatenated-string:c${n} 32 @${2001 + 4 * n}`).concat(
        lines(times, n => `\nconcatenated-string:c${n}{first} = "text ${n}" 200 @${2003 + 4 * n}`),
      )
    const heaps = [20, 40, 60, 80, 100, 120].map(
      times => `${first}\n${chunks(times < 110 ? 'buffered' : 'chunks', times)}`,
    )
    const { suspects } = await leaks(series(heaps))
    expect(suspects).toHaveLength(1)
    expect(suspects[0]).toMatchObject({ kind: 'array', holder: { name: 'pending.chunks' }, leaked: { count: 100 } })
  })

  test('the arrays of a plain object, by tenant or route, are one leak', async () => {
    const byTenant = `
      root.app = App
      App.seen = Object#seen
      Object#seen.acme = Array#acme
      Object#seen.globex = Array#globex
      Object#seen.initech = Array#initech
      Array#acme[$n] = Visit#a$n 64
      Array#globex[$n] = Visit#g$n 64
      Array#initech[$n] = Visit#i$n 64`
    const { suspects } = await leaks(growing(byTenant, 10, 20, 30))
    expect(suspects).toHaveLength(1)
    expect(suspects[0]!.headline).toMatch(/^Arrays of seen gain 30 Visit per round \(1\.9 KB\)/)
  })

  test('classes that one function creates have the names it gave them', async () => {
    const schemas = `
      root.app = App
      App.registry = Array
      Array[$2n] = q#s$n 64
      Array[$2n+1] = q#n$n 64
      q#s$n{map} = hidden:text
      q#n$n{map} = hidden:number
      hidden:text{constructor} = q()#1 64
      hidden:number{constructor} = q()#2 64
      q()#1.name = "Text"
      q()#2.name = "Integer"
      q()#1{shared} = code:shared
      q()#2{shared} = code:shared`
    const { suspects } = await leaks(growing(schemas, 10, 20, 30))
    expect(suspects[0]!.headline).toContain('gains 20 q (Integer, Text) per round')
    expect(suspects[0]!.leaked.type).toBe('q')
  })

  test('a class that is created again and again is not a plain object for its prototype', async () => {
    const models = `
      root.app = App
      App.models = Array
      Array[$n] = Model()#$n 64
      Model()#$n.prototype = Object#$n 56
      Object#$n.save = save()#$n 64`
    const { suspects } = await leaks(growing(models, 10, 20, 30))
    expect(suspects[0]!.headline).toMatch(/^Array models gains 10 functions per round/)
  })

  test.each([
    ['an array', 'Array', 'length', 'elements', (room: number) => 16 + 8 * room],
    ['a Map', 'Map', 'size', 'table', (room: number) => 8 * (5 + room / 2 + 3 * room)],
  ])('%s of numbers grows by what is in use, not by the leaps of its store', async (_, type, word, edge, bytes) => {
    const captured = async function* (): AsyncGenerator<Heap> {
      for (const [used, room] of [
        [20_000, 32_768],
        [30_000, 32_768],
        [40_000, 65_536],
        [50_000, 65_536],
        [60_000, 65_536],
        [65_000, 65_536],
      ] as const) {
        const drawing = `
          root.app = App
          App.totals = ${type}
          ${type}{${edge}} = array:'(object elements)' ${bytes(room)}
          App.${word} = Word`
        for await (const heap of series([drawing]))
          yield { ...heap, graph: withNumber(heap.graph, drawing, type, word, used) }
      }
    }
    const found = await leaks(captured())
    expect(found.suspects[0]?.headline).toMatch(new RegExp(`^${type} totals grows by`))
    expect(verdictOf(found)).toBe('leaking')
  })

  test('a store that was just enlarged is reported as such: it is level until it is full', async () => {
    const stores = [64, 64, 128, 128, 256, 256, 256].map(
      room => `
        root.app = App
        App.counts = Object#counts
        Object#counts{elements} = array:'(object elements)' ${room * 4096}`,
    )
    const { levelling, suspects } = await leaks(series(stores))
    expect([...levelling, ...suspects]).toMatchObject([{ evidence: { leaps: true } }])
    const grown = [64, 128, 192, 256, 270, 275, 276].map(room =>
      stores[0]!.replace(String(64 * 4096), String(room * 4096)),
    )
    const [filled] = (await leaks(series(grown))).levelling
    expect(filled?.leaked.type).toBe('Object')
    expect(filled?.evidence.leaps).toBeUndefined()
  })

  test('the texts of scripts come and go with them', async () => {
    const compiled = `
      root.app = App
      App.compile = compile()
      compile(){code} = code:code
      code:code{script} = code:script
      code:script{$n} = concatenated-string:source#$n 32
      concatenated-string:source#$n{first} = "function $n" 4000`
    expect((await leaks(growing(compiled, 10, 20, 30))).suspects).toEqual([])
  })

  test('timers in a ring are reported by their callback', async () => {
    const ring = `
      root.lists = Lists
      Lists[30000] = TimersList 72
      TimersList._idleNext = Timeout#0
      Timeout#$n-1._idleNext = Timeout#$n
      Timeout#$n._onTimeout = poll()#$n 64
      Timeout#$n 120
      Timeout#$last._idleNext = TimersList`
    const { suspects } = await leaks(growing(ring, 10, 20, 30))
    expect(suspects).toMatchObject([{ kind: 'timer', leaked: { type: 'Timeout', count: 20 } }])
    expect(suspects[0]!.headline).toMatch(/^Timeout .*→ poll/)
  })

  test('two timers of one class are named by their anonymous callbacks, not by their neighbours', async () => {
    /**
     * The timers of one duration, in a doubly linked ring. The callbacks of a connection's two timers share its scope.
     */
    const ring = (name: string, ms: number, line: number): string => `
      Lists[${ms}] = TimersList#${name} 72
      Array[${line}] = TimersList#${name}
      TimersList#${name}._idleNext = Timeout#${name}0
      TimersList#${name}._idlePrev = Timeout#${name}$last
      Timeout#${name}0._idlePrev = TimersList#${name}
      Timeout#${name}$n._idlePrev = Timeout#${name}$n-1
      Timeout#${name}$n-1._idleNext = Timeout#${name}$n
      Timeout#${name}$n._onTimeout = closure:''#${name}$n 64 at 4:${line}:2
      closure:''#${name}$n{shared} = code:shared#${name}
      closure:''#${name}$n{context} = 'system / Context'#$n
      Timeout#${name}$n 120
      Timeout#${name}$last._idleNext = TimersList#${name}
      code:shared#${name}{script} = code:'/app/src/main.js'`
    const rings = `
      root.lists = Lists
      root.due = Array
      ${ring('heartbeat', 30_000, 17)}
      ${ring('expiry', 86_400_000, 18)}
      'system / Context'#$n->this = Connection#$n 500
      Connection#$n.heartbeat = Timeout#heartbeat$n
      Connection#$n.expiry = Timeout#expiry$n`
    const { suspects } = await leaks(growing(rings, 10, 20, 30))
    expect(suspects).toMatchObject([{ kind: 'timer', leaked: { type: 'Connection', count: 20 } }])
    expect(suspects[0]!.headline).toMatch(/^Timeout every (?:30000|86400000) ms → an anonymous function/)
  })

  test('a promise that never settles is reported by what waits for it', async () => {
    const waits = `
      root.app = App
      App.ready = Promise 48 @7
      Promise{reactions_or_result} = hidden:'system / PromiseReaction'#0
      hidden:'system / PromiseReaction'#$n-1{0} = hidden:'system / PromiseReaction'#$n
      hidden:'system / PromiseReaction'#$n{3} = Request#$n 64
      hidden:'system / PromiseReaction'#$n 48`
    const { suspects } = await leaks(growing(waits, 10, 20, 30))
    expect(suspects).toMatchObject([{ kind: 'promise', holder: { id: 7 }, leaked: { type: 'Request', count: 20 } }])
  })

  test('one object per round with many of its own is the leak, not what it has', async () => {
    const orders = `
      root.app = App
      App.orders = Map 32
      Map{table} = array:table 64
      array:table{$n} = Order#$n 40
      Order#$n.lines = Array#$n 16`
    const linesOfOrders = lines(20, line => `Array#$n[${line}] = Line#$n_${line} 32`)
    const { suspects } = await leaks(growing(`${orders}\n${linesOfOrders}`, 3, 4, 5, 6))
    expect(suspects).toMatchObject([{ kind: 'map', holder: { type: 'Map' }, leaked: { type: 'Order', count: 3 } }])
    expect(await leaks(growing(orders, 3, 4, 5, 6))).toMatchObject({ suspects: [] })
  })

  test('what two paths lead to is counted once', async () => {
    const races = `
      root.app = App
      App.stopped = Promise 48
      Promise[$2n] = settle()#$n 64
      Promise[$2n+1] = Promise#race$n 48
      settle()#$n.race = Promise#race$n`
    const { suspects } = await leaks(growing(races, 20, 40, 60))
    expect(suspects).toMatchObject([{ leaked: { type: 'Promise', count: 40 } }])
  })

  test("functions of Node.js' modules, loaded one after the other, are not suspects; those of the program are", async () => {
    const exported = (made: string): string => `
      root.app = App
      App.map = Registry
      Registry.zlib = BuiltinModule
      BuiltinModule.exports = Exports
      Exports[$n] = createThing()#$n 64 ${made}
      createThing()#$n{shared} = code:shared
      code:shared{script} = code:'/app/src/patch.js'`
    expect((await leaks(growing(exported(''), 10, 20, 30))).suspects).toEqual([])
    expect((await leaks(growing(exported('at 4:6:30'), 10, 20, 30))).suspects).toHaveLength(1)
  })

  test("Node.js' own records of modules are not suspects; what a program added to their exports is", async () => {
    const noted = (name: string): string => `
      root.app = App
      App.map = Registry
      Registry.zlib = BuiltinModule
      BuiltinModule.${name} = Array 32
      Array[$n] = "name $n" 64`
    expect((await leaks(growing(noted('exportKeys'), 10, 20, 30))).suspects).toEqual([])
    expect((await leaks(growing(noted('exports'), 10, 20, 30))).suspects).toHaveLength(1)
  })

  test('objects in several collections at one place are reported with all of them', async () => {
    const topic = (t: number): string => `
      Array[${t}] = Set#${t} 32
      Set#${t}{table} = array:table${t} 64
      array:table${t}{$n} = Socket#$n`
    const topics = `
      root.app = App
      App.topics = Array 32
      Socket#$n 64
      ${lines(3, topic)}`
    const { suspects } = await leaks(growing(topics, 10, 20, 30))
    expect(suspects).toMatchObject([{ kind: 'set', leaked: { type: 'Socket', count: 20 } }])
    expect(suspects[0]!.headline).toContain('topics[…] gains 10 Socket')
    expect(suspects[0]!.headline).toContain('each is in 3 of them')
  })

  test('fifty small gains at one place in the program are one suspect', async () => {
    const tenant = (t: number): string => `
      Array[${t}] = Tenant#${t} 16
      Tenant#${t}.log = Log#${t} 16
      Log#${t}[$n] = Line#${t}_$n 32`
    const tenants = `
      root.app = App
      App.tenants = Array 16
      ${lines(50, tenant)}`
    const { suspects } = await leaks(growing(tenants, 1, 2, 3))
    expect(suspects).toMatchObject([{ holder: { type: 'Log' }, leaked: { type: 'Line', count: 100 } }])
    // None of them is the leaking one.
    expect(suspects[0]!.headline).toContain('tenants[…].log')
  })

  test('two heaps give suspects but no verdict', async () => {
    const found = await leaks(growing(sessionsInMap, 10, 20))
    expect(found.suspects).toHaveLength(1)
    expect(verdictOf(found)).toBe('inconclusive')
  })
})

describe('without comparable ids', () => {
  test('in different sessions, the path says what grows', async () => {
    const { suspects, notes } = await leaks(restarted(sessionsInMap, 10, 20, 30))
    expect(suspects[0]).toMatchObject({
      kind: 'map',
      holder: { type: 'Map' },
      leaked: { type: 'Session', count: 20 },
      evidence: { by: 'path' },
    })
    expect(notes).toEqual([])
  })

  test('the values of a Map and their string keys are one leak', async () => {
    const keyed = `
      root.App = App
      App.sessions = Map
      Map{table} = array:table 64
      array:table{$3n} = "user-$n xxxxxxxxxxxxxxxxxxxx" 512
      array:table{$3n+1} = Session#$n 512`
    const { suspects } = await leaks(restarted(keyed, 100, 200, 300))
    expect(suspects.map(({ leaked }) => leaked)).toMatchObject([{ type: 'Session', count: 200, bytes: 200 * 1024 }])
  })

  test('the same number of other objects is not growth, more of them are', async () => {
    // When the first are gone, the others have their positions in the table.
    const keyed = `
      root.App = App
      App.pages = Map
      Map{table} = array:table 64
      array:table{$3i} = "page-$n" 24
      array:table{$3i+1} = Page#$n 512`
    const found = (...spans: readonly Span[]) => leaks(restarted(keyed, ...spans))
    expect(await found([0, 100], [100, 200], [200, 300])).toMatchObject({ suspects: [], uncertain: [] })
    // More each time, but possibly by chance, as nothing shows which objects stayed.
    expect(await found([0, 100], [100, 220], [220, 360])).toMatchObject({
      suspects: [],
      uncertain: [{ leaked: { count: 40 } }],
    })
    expect(await found(100, 200, 300)).toMatchObject({ suspects: [{ leaked: { count: 200 } }] })
  })

  test('a gain without keys that may be chance is reported as such', async () => {
    const waiting = `
      root.App = App
      App.waiting = Array
      Array[$n] = Job#$n 512`
    const found = (...counts: readonly number[]) => leaks(restarted(waiting, ...counts))
    const byChance = await found(400, 412, 430)
    expect(byChance).toMatchObject({ suspects: [], uncertain: [{ leaked: { type: 'Job', count: 30 } }] })
    expect(verdictOf(byChance)).toBe('inconclusive')
    expect(verdictOf(await found(400, 450, 500))).toBe('leaking')
    // Ids show which objects stayed.
    expect(verdictOf(await leaks(growing(waiting, 400, 412, 430)))).toBe('leaking')
  })

  test('a list whose cells are linked by closures is named by its head, wherever new cells are added', async () => {
    const chain = `
      root.store = Store
      Store.current = Config#0 64
      Config#$n.describe = describe()#$n 64
      describe()#$n{context} = 'system / Context'#$n 40
      'system / Context'#$n->previous = Config#$n+1 64`
    const { suspects } = await leaks(restarted(chain, 10, 20, 30))
    expect(suspects).toMatchObject([{ holder: { type: 'Store' }, leaked: { type: 'Config', count: 20 } }])
    expect(suspects[0]!.path.map(({ edge, type }) => `${edge} ${type}`).slice(1)).toEqual([
      '.current Config',
      '.describe (closure)',
      '{context} system / Context',
      '->previous Config',
    ])
  })

  test('the answer begins with the verdict', async () => {
    const headline = async (...counts: readonly number[]) =>
      (await leaksAnalysis.run(growing(sessionsInMap, ...counts), {} as never)).headline
    expect(await headline(10, 20, 30)).toMatch(/^Leaking: Map store\.sessions gains 10 Session/)
    expect(await headline(10, 20)).toMatch(/^Inconclusive: Map store\.sessions/)
    expect(await headline(10, 10)).toBe('Not leaking: nothing grew through all 2 heaps')
  })

  test('the same leak has the same fingerprint with and without ids, another leak has another', async () => {
    const [byId] = (await leaks(growing(sessionsInMap, 10, 20, 30))).suspects
    const [byPath] = (await leaks(restarted(sessionsInMap, 10, 20, 30))).suspects
    const visitorsInMap = sessionsInMap.replaceAll('Session', 'Visitor')
    const [visitors] = (await leaks(growing(visitorsInMap, 10, 20, 30))).suspects
    expect(byPath!.fingerprint).toBe(byId!.fingerprint)
    expect(visitors!.fingerprint).not.toBe(byId!.fingerprint)
  })

  test('files without a session are compared by id if their ids are consistent', async () => {
    const { suspects, notes } = await leaks(growingUnsaid(sessionsInMap, 10, 20, 30))
    expect(suspects[0]!.evidence.by).toBe('identity')
    expect(notes).toEqual([])
  })

  test('and by path otherwise', async () => {
    const store = (idOfSession: string, idOfUser: string): string => `
      root.app = App @3
      App.sessions = Array @5
      Array[$n] = Session#$n 64 ${idOfSession}
      Session#$n.user = "user-$n" 24 ${idOfUser}`
    // The ids of a session and its user are swapped, as when ids are reassigned.
    async function* heaps() {
      yield* growingUnsaid(store('@$2n+1001', '@$2n+100001'), 10)
      yield* growingUnsaid(store('@$2n+100001', '@$2n+1001'), 20)
    }
    const { notes } = await leaks(heaps())
    expect(notes[0]).toMatch(/assigned anew/)
  })
})

test('a heap compared with itself has no suspects', async () => {
  const word = fc.constantFrom(
    'App',
    'Map',
    'array:table',
    'Cell#1',
    'Cell#2',
    'f()',
    '"text"',
    "'system / Context'",
    'Promise',
  )
  const line = fc.tuple(word, fc.constantFrom('.a', '[1]', '{table}', '->v', '{3}'), word)
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 25 }), async drawing => {
      const text = `root.app = App\n${drawing.map(([from, edge, to]) => `${from}${edge} = ${to}`).join('\n')}`
      for (const session of ['one', null]) {
        const found = await leaks(series([text, text, text], session))
        expect([...found.suspects, ...found.levelling]).toEqual([])
      }
    }),
    { numRuns: runs(200) },
  )
})

test('growth at ever new paths is not attributed to an existing table of such objects', async () => {
  const loaded = `
    root.app = App
    App.colors = Object
    ${lines(40, n => `Object.c${n} = Pair#c${n} 32`)}
    App.m$n = Part$n 16
    Part$n.v$n = Pair#$n 32`
  const { suspects } = await leaks(growing(loaded, 5, 10, 15))
  expect(suspects.map(({ headline }) => headline)).toEqual([expect.stringMatching(/^App gains 5 /)])
})
