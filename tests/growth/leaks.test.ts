import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leaks } from '../../src/growth/leaks.js'
import { verdictOf } from '../../src/growth/verdict.js'
import { leaksAnalysis } from '../../src/questions/leaks.js'
import { runs } from '../support/runs.js'
import { lines, series } from './series.js'

/** Ids of what was there from the start; those of what is added later follow from its number. */
const frame = `
  root.app = App @3
  App.store = Store 16 @5`

const session = (n: number): string => `Session#${n} 64 @${1001 + 2 * n}`
const inMap = (n: number): string => `
  array:table{${n}} = ${session(n)}
  Session#${n}.user = "user-${n}" 24 @${100_001 + 2 * n}`

const mapOf = (from: number, to: number): string => `${frame}
  Store.sessions = Map 32 @7
  Map{table} = array:table ${16 * to} @9
  ${lines(to - from, inMap, from)}`

/** As Bun writes a Map: without an edge to what it holds. */
const orphans = (count: number): string =>
  `${frame}
  App.sessions = Map 32 @7
  ${lines(count, n => `Session#${n} 64 @${1001 + 2 * n}`)}`

test('what grows and is retained by nothing in the files is said, and is not clean', async () => {
  const found = await leaks(series([orphans(50), orphans(100), orphans(150)]))
  expect(found).toMatchObject({ suspects: [], unretained: [{ type: 'Session', counts: [50, 100, 150] }] })
  expect(verdictOf(found)).toBe('inconclusive')
  const report = await leaksAnalysis.run(series([orphans(50), orphans(100), orphans(150)]), { limit: 10, fail: false })
  expect(report.headline).toBe(
    'Inconclusive: 150 Session are retained by nothing in these heaps, 100 more than in the first',
  )
  expect(report.notes.join()).toContain('as in files of Bun')
  expect(verdictOf(await leaks(series([orphans(50), orphans(50), orphans(50)])))).toBe('not-leaking')
})

test("V8's own objects that nothing retains say nothing of the program", async () => {
  const waiting = (count: number): string =>
    `${frame}\n ${lines(count, n => `hidden:'system / Foreign'#${n} 64\ncode:old#${n} 64\narray:old#${n} 64`)}`
  const found = await leaks(series([waiting(50), waiting(100), waiting(150)]))
  expect(found.unretained).toEqual([])
  expect(verdictOf(found)).toBe('not-leaking')
})

describe('what keeps growing', () => {
  test('a Map that gains the same each time is named with what it gains', async () => {
    const { suspects } = await leaks(series([mapOf(0, 10), mapOf(0, 20), mapOf(0, 30)]))
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

  test('tables and caches of V8 itself are no suspects, however they grow; its table of registered symbols is one', async () => {
    const rooted =
      (group: string, table: string) =>
      (to: number): string =>
        `
      root.gc = (GC roots) @3
      (GC roots)[0] = ${group} @5
      ${group}{${table}} = array:table 64 @7
      ${lines(to, n => `array:table{${n}} = Session#${n} 64 @${1001 + 2 * n}`)}`
    const suspects = async (group: string, table: string) => {
      const heap = rooted(group, table)
      return (await leaks(series([heap(10), heap(20), heap(30)]))).suspects
    }
    expect(await suspects('(Strong roots)', 'builtins_constants_table')).toEqual([])
    expect(await suspects('(Strong root list)', 'number_string_cache')).toEqual([])
    expect(await suspects('(Strong root list)', 'public_symbol_table')).toMatchObject([{ kind: 'native' }])
    expect(await suspects('(Global handles)', '7')).toMatchObject([{ kind: 'native' }])
  })

  test('a full cache that lets go of as much as it gains is none', async () => {
    const { suspects, levelling } = await leaks(series([mapOf(0, 20), mapOf(10, 30), mapOf(20, 40)]))
    expect([suspects, levelling]).toEqual([[], []])
  })

  test('a cache that fills is told as bounded so far', async () => {
    const found = await leaks(series([mapOf(0, 100), mapOf(0, 190), mapOf(0, 200)]))
    expect(found.suspects).toEqual([])
    expect(found.levelling).toMatchObject([{ kind: 'map', leaked: { type: 'Session', count: 100 } }])
    expect(verdictOf(found)).toBe('inconclusive')
  })

  test('a queue that is drained between the heaps is none, however long it gets', async () => {
    const { suspects } = await leaks(series([mapOf(0, 10), mapOf(10, 40), mapOf(40, 100)]))
    expect(suspects).toEqual([])
  })

  test('what two registries hold is one suspect with two holders', async () => {
    const both = (to: number): string => `${frame}
      Store.byId = Map#1 32 @7
      Store.online = Set 32 @9
      Map#1{table} = array:one 64 @11
      Set{table} = array:two 64 @13
      ${lines(to, n => `array:one{${n}} = ${session(n)}\n array:two{${n}} = Session#${n}`)}`
    const { suspects } = await leaks(series([both(10), both(20), both(30)]))
    expect(suspects).toHaveLength(1)
    expect(suspects[0]!.leaked).toMatchObject({ type: 'Session', count: 20 })
    expect(suspects[0]!.evidence.holders?.map(({ type }) => type).sort()).toEqual(['Map', 'Set'])
    expect(suspects[0]!.headline).toMatch(/ and .* both gain the same 10 Session/)
  })

  test('a list that grows at its end is named by what holds its head', async () => {
    const list = (to: number): string => `${frame}
      Store.queue = Queue 32 @7
      Queue.first = Cell#0 32 @2001
      ${lines(to - 1, n => `Cell#${n - 1}.next = Cell#${n} 32 @${2001 + 2 * n}`, 1)}
      Queue.last = Cell#${to - 1}`
    const { suspects } = await leaks(series([list(10), list(20), list(30)]))
    expect(suspects).toMatchObject([{ kind: 'list', holder: { type: 'Queue' }, leaked: { type: 'Cell', count: 20 } }])
  })

  test('a list that grows at its head, too', async () => {
    const stack = (to: number): string => `${frame}
      Store.undo = Stack 32 @7
      Stack.head = Cell#${to - 1} 32 @${2001 + 2 * (to - 1)}
      ${lines(to - 1, n => `Cell#${to - n}.next = Cell#${to - n - 1} 32 @${2001 + 2 * (to - n - 1)}`, 1)}`
    const { suspects } = await leaks(series([stack(10), stack(20), stack(30)]))
    expect(suspects).toMatchObject([{ kind: 'list', holder: { type: 'Stack' }, leaked: { type: 'Cell', count: 20 } }])
  })

  test('a list linked both ways is one list: half of it is nearer to its tail', async () => {
    const linked = (to: number): string => `${frame}
      Store.waiting = List 32 @7
      List.head = Task#0
      List.tail = Task#${to - 1}
      ${lines(to, n => `Task#${n} 32 @${2001 + 2 * n}`)}
      ${lines(to - 1, n => `Task#${n - 1}.next = Task#${n}\nTask#${n}.prev = Task#${n - 1}`, 1)}`
    const { suspects } = await leaks(series([linked(20), linked(40), linked(60)]))
    expect(suspects).toMatchObject([{ kind: 'list', holder: { type: 'List' }, leaked: { type: 'Task', count: 40 } }])
  })

  test('listeners are told by event, emitter and function', async () => {
    const bus = (to: number): string => `${frame}
      Store.bus = Bus 32 @7
      Bus._events = Object#e 16 @9
      Object#e.data = Array 16 @11
      ${lines(to, n => `Array[${n}] = onData()#${n} 64 @${3001 + 2 * n} at 4:30:2\nonData()#${n}{context} = 'system / Context'#${n} 40 @${5001 + 2 * n}\n'system / Context'#${n}->conn = Conn#${n} 80 @${7001 + 2 * n}`)}`
    const { suspects } = await leaks(series([bus(10), bus(20), bus(30)]))
    expect(suspects).toMatchObject([
      {
        kind: 'listener',
        holder: { type: 'Array', name: "'data' listeners of store.bus" },
        leaked: { type: 'Conn', count: 20 },
      },
    ])
    expect(suspects[0]!.headline).toContain('each onData')
  })

  test('timers in a ring are told by what they call', async () => {
    const ring = (to: number): string => `
      root.lists = Lists @3
      Lists[30000] = TimersList 72 @7
      TimersList._idleNext = Timeout#0
      ${lines(to, n => `Timeout#${n}._idleNext = ${n + 1 < to ? `Timeout#${n + 1}` : 'TimersList'}\nTimeout#${n} 120 @${3001 + 2 * n}\nTimeout#${n}._onTimeout = poll()#${n} 64 @${5001 + 2 * n}`)}`
    const { suspects } = await leaks(series([ring(10), ring(20), ring(30)]))
    expect(suspects).toMatchObject([{ kind: 'timer', leaked: { type: 'Timeout', count: 20 } }])
    expect(suspects[0]!.headline).toMatch(/^Timeout .*→ poll/)
  })

  test('two timers of one class are named by their callbacks, which have no names, and not by their neighbours', async () => {
    const rings = (to: number): string => `
      root.lists = Lists @3
      root.due = Array @5
      ${[30_000, 86_400_000].map((ms, ring) => `Lists[${ms}] = TimersList#${ring} 72 @${7 + 2 * ring}\nArray[${ring + 1}] = TimersList#${ring}\nTimersList#${ring}._idleNext = Timeout#${ring}x0\nTimersList#${ring}._idlePrev = Timeout#${ring}x${to - 1}`).join('\n')}
      ${lines(to, n =>
        [0, 1]
          .map(
            ring => `Timeout#${ring}x${n}._idlePrev = ${n > 0 ? `Timeout#${ring}x${n - 1}` : `TimersList#${ring}`}
            Timeout#${ring}x${n}._idleNext = ${n + 1 < to ? `Timeout#${ring}x${n + 1}` : `TimersList#${ring}`}
            Timeout#${ring}x${n}._onTimeout = closure:''#${ring}x${n} 64 @${5001 + 4 * n + 2 * ring} at 4:${17 + ring}:2
            closure:''#${ring}x${n}{shared} = code:shared#${ring}
            code:shared#${ring}{script} = code:'/app/src/main.js'
            closure:''#${ring}x${n}{context} = 'system / Context'#${n}
            Timeout#${ring}x${n} 120 @${3001 + 4 * n + 2 * ring}`,
          )
          .join('\n'),
      )}
      ${lines(to, n => `'system / Context'#${n}->this = Connection#${n} 500 @${9001 + 2 * n}\nConnection#${n}.heartbeat = Timeout#0x${n}\nConnection#${n}.expiry = Timeout#1x${n}`)}`
    const { suspects } = await leaks(series([rings(10), rings(20), rings(30)]))
    expect(suspects).toMatchObject([{ kind: 'timer', leaked: { type: 'Connection', count: 20 } }])
    expect(suspects[0]!.headline).toMatch(/^Timeout every (?:30000|86400000) ms → an anonymous function/)
  })

  test('a promise that never settles is told by what waits for it', async () => {
    const waits = (to: number): string => `${frame}
      Store.ready = Promise#0 48 @7
      ${lines(to, n => `${n === 0 ? 'Promise#0' : `hidden:'system / PromiseReaction'#${n - 1}`}{${n === 0 ? 'reactions_or_result' : 0}} = hidden:'system / PromiseReaction'#${n} 48 @${3001 + 2 * n}\nhidden:'system / PromiseReaction'#${n}{3} = Request#${n} 64 @${5001 + 2 * n}`)}`
    const { suspects } = await leaks(series([waits(10), waits(20), waits(30)]))
    expect(suspects).toMatchObject([{ kind: 'promise', holder: { id: 7 }, leaked: { type: 'Request', count: 20 } }])
  })

  test('one object a round with many of its own is the leak, not what it has', async () => {
    const orders = (to: number): string => `${frame}
      Store.orders = Map 32 @7
      Map{table} = array:table 64 @9
      ${lines(to, n => `array:table{${n}} = Order#${n} 40 @${1001 + 2 * n}\nOrder#${n}.lines = Array#${n} 16 @${5001 + 2 * n}\n${lines(20, at => `Array#${n}[${at}] = Line#${n}x${at} 32 @${20_001 + 100 * n + 2 * at}`)}`)}`
    const { suspects } = await leaks(series([orders(3), orders(4), orders(5), orders(6)]))
    expect(suspects).toMatchObject([{ kind: 'map', holder: { type: 'Map' }, leaked: { type: 'Order', count: 3 } }])
    expect(await leaks(series([3, 4, 5, 6].map(to => orders(to).replaceAll(/Array#\d+\[.*/g, ''))))).toMatchObject({
      suspects: [],
    })
  })

  test('what two paths lead to is counted once', async () => {
    const races = (to: number): string => `${frame}
      Store.stopped = Promise#0 48 @7
      ${lines(to, n => `Promise#0[${2 * n}] = settle()#${n} 64 @${1001 + 4 * n}\nPromise#0[${2 * n + 1}] = Promise#r${n} 48 @${1003 + 4 * n}\nsettle()#${n}.race = Promise#r${n}`)}`
    const { suspects } = await leaks(series([races(20), races(40), races(60)]))
    expect(suspects).toMatchObject([{ leaked: { type: 'Promise', count: 40 } }])
  })

  test('fifty small gains at the same place in the program are one suspect', async () => {
    const tenants = (each: number): string => `${frame}
      Store.tenants = Array 16 @7
      ${lines(50, t => `Array[${t}] = Tenant#${t} 16 @${11 + 2 * t}\nTenant#${t}.log = Log#${t} 16 @${211 + 2 * t}\n${lines(each, n => `Log#${t}[${n}] = Line#${t}x${n} 32 @${10_001 + 200 * t + 2 * n}`)}`)}`
    const { suspects } = await leaks(series([tenants(1), tenants(2), tenants(3)]))
    expect(suspects).toMatchObject([{ holder: { type: 'Log' }, leaked: { type: 'Line', count: 100 } }])
  })

  test('with two heaps there are suspects but no verdict', async () => {
    const found = await leaks(series([mapOf(0, 10), mapOf(0, 20)]))
    expect(found.suspects).toHaveLength(1)
    expect(verdictOf(found)).toBe('inconclusive')
  })
})

describe('where ids cannot be compared', () => {
  const shifted = (drawing: string, by: number): string =>
    drawing.replaceAll(/@(\d+)/g, (_, id) => `@${Number(id) + by}`)

  test('other sessions: the path says what grows', async () => {
    async function* sessions() {
      yield* series([mapOf(0, 10)], 'a')
      yield* series([shifted(mapOf(0, 20), 500)], 'b')
      yield* series([shifted(mapOf(0, 30), 900)], 'c')
    }
    const { suspects, notes } = await leaks(sessions())
    expect(suspects[0]).toMatchObject({
      kind: 'map',
      holder: { type: 'Map' },
      leaked: { type: 'Session', count: 20 },
      evidence: { by: 'path' },
    })
    expect(notes[0]).toMatch(/different sessions/)
  })

  test('the values of a Map and the strings they are kept by are one leak', async () => {
    const keyed = (to: number): string =>
      `root.App = App
       App.sessions = Map
       Map{table} = array:table 64
       ${lines(to, n => `array:table{${3 * n}} = "user-${n} ${'x'.repeat(20)}" 512\narray:table{${3 * n + 1}} = Session#${n} 512`)}`
    async function* sessions() {
      for (const [at, to] of [100, 200, 300].entries()) yield* series([keyed(to)], `s${at}`)
    }
    const { suspects } = await leaks(sessions())
    expect(suspects.map(({ leaked }) => leaked)).toMatchObject([{ type: 'Session', count: 200, bytes: 200 * 1024 }])
  })

  test('as many others are no growth, more others are', async () => {
    const keyed = (from: number, to: number): string =>
      `root.App = App
       App.pages = Map
       Map{table} = array:table 64
       ${lines(to - from, n => `array:table{${3 * (n - from)}} = "page-${n}" 24\narray:table{${3 * (n - from) + 1}} = Page#${n} 512`, from)}`
    const found = async (...spans: readonly (readonly [number, number])[]) => {
      async function* sessions() {
        for (const [at, [from, to]] of spans.entries()) yield* series([keyed(from, to)], `s${at}`)
      }
      return leaks(sessions())
    }
    expect(await found([0, 100], [100, 200], [200, 300])).toMatchObject({ suspects: [], uncertain: [] })
    // More each time, but no more than may be by chance, as nothing says who stayed.
    expect(await found([0, 100], [100, 220], [220, 360])).toMatchObject({
      suspects: [],
      uncertain: [{ leaked: { count: 40 } }],
    })
    expect(await found([0, 100], [0, 200], [0, 300])).toMatchObject({ suspects: [{ leaked: { count: 200 } }] })
  })

  test('what has no keys and gains no more than by chance is told so: it may be others each time', async () => {
    const waiting = (count: number): string =>
      `root.App = App\nApp.waiting = Array\n${lines(count, n => `Array[${n}] = Job#${n} 512`)}`
    const found = async (...counts: readonly number[]) => {
      async function* sessions() {
        for (const [at, count] of counts.entries()) yield* series([waiting(count)], `s${at}`)
      }
      return leaks(sessions())
    }
    const byChance = await found(400, 412, 430)
    expect(byChance).toMatchObject({ suspects: [], uncertain: [{ leaked: { type: 'Job', count: 30 } }] })
    expect(verdictOf(byChance)).toBe('inconclusive')
    expect(verdictOf(await found(400, 450, 500))).toBe('leaking')
    // By ids it is known who stayed.
    expect(verdictOf(await leaks(series([400, 412, 430].map(waiting))))).toBe('leaking')
  })

  test('a list whose cells are linked by closures is named by its head, wherever its new cells are thought to be', async () => {
    const chain = (to: number): string => `root.store = Store
      Store.current = Config#0 64
      ${lines(to, n => `Config#${n}.describe = describe()#${n} 64\ndescribe()#${n}{context} = 'system / Context'#${n} 40\n'system / Context'#${n}->previous = Config#${n + 1} 64`)}`
    async function* sessions() {
      for (const [at, to] of [10, 20, 30].entries()) yield* series([chain(to)], `s${at}`)
    }
    const { suspects } = await leaks(sessions())
    expect(suspects).toMatchObject([{ holder: { type: 'Store' }, leaked: { type: 'Config', count: 20 } }])
    expect(suspects[0]!.path.map(({ edge, type }) => `${edge} ${type}`).slice(1)).toEqual([
      '.current Config',
      '.describe (closure)',
      '{context} system / Context',
      '->previous Config',
    ])
  })

  test('the answer begins with the verdict', async () => {
    const told = async (...heaps: readonly string[]) => (await leaksAnalysis.run(series(heaps), {} as never)).headline
    expect(await told(mapOf(0, 10), mapOf(0, 20), mapOf(0, 30))).toMatch(
      /^Leaking: Map store\.sessions gains 10 Session/,
    )
    expect(await told(mapOf(0, 10), mapOf(0, 20))).toMatch(/^Inconclusive: Map store\.sessions/)
    expect(await told(mapOf(0, 10), mapOf(0, 10))).toBe('Not leaking: nothing grew through all 2 heaps')
  })

  test('the same leak has the same fingerprint either way, and another has another', async () => {
    const [byId] = (await leaks(series([mapOf(0, 10), mapOf(0, 20), mapOf(0, 30)]))).suspects
    async function* sessions() {
      for (const [at, to] of [10, 20, 30].entries()) yield* series([shifted(mapOf(0, to), 700 * at)], `s${at}`)
    }
    const [byPath] = (await leaks(sessions())).suspects
    const other = (to: number): string => mapOf(0, to).replaceAll('Session', 'Visitor')
    const [visitors] = (await leaks(series([other(10), other(20), other(30)]))).suspects
    expect(byPath!.fingerprint).toBe(byId!.fingerprint)
    expect(visitors!.fingerprint).not.toBe(byId!.fingerprint)
  })

  test('files without a session are compared by id if their ids name the same things', async () => {
    const { suspects, notes } = await leaks(series([mapOf(0, 10), mapOf(0, 20), mapOf(0, 30)], null))
    expect(suspects[0]!.evidence.by).toBe('identity')
    expect(notes).toEqual([])
  })

  test('and by path if they do not', async () => {
    // A session's number and its user's change places, as numbers do that are given out anew.
    const renumbered = mapOf(0, 20).replaceAll(
      /@(1\d{3}|10\d{4})\b/g,
      (_, id) => `@${Number(id) < 9999 ? Number(id) + 99_000 : Number(id) - 99_000}`,
    )
    const { notes } = await leaks(series([mapOf(0, 10), renumbered], null))
    expect(notes[0]).toMatch(/assigned anew/)
  })
})

test('a heap compared with itself has no suspects, whatever it is', async () => {
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
