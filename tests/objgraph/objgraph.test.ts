import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Heap } from '../../src/heap/heap.js'
import {
  at,
  atAddrs,
  byType,
  count,
  findBackrefChain,
  findRefChain,
  getLeakingObjects,
  getNewIds,
  growth,
  type HeapObject,
  isModuleRoot,
  mostCommonTypes,
  ownHeap,
  showBackrefs,
  showChain,
  showGrowth,
  showMostCommonTypes,
  showRefs,
  typeStats,
} from '../../src/index.js'
import { heap } from '../draw.js'
import { heapOf } from '../heap/drawn-heap.js'

const shop = heapOf(heap`
  root^global = global 1 @11
  global.cache = Cache 2 @21
  Cache.first = Session#1 4 @31
  Cache.second = Session#2 8 @33
  Session#1.user = User#1 16 @41
  Session#2.user = User#2 32 @43
  User#2.session = Session#2
`)
const isSession = ({ type }: HeapObject): boolean => type === 'Session'
const types = (objects: readonly HeapObject[]): string[] => objects.map(({ type }) => type)

/** A stream that collects its input. */
function paper(): { file: Writable; text(): string } {
  const written: string[] = []
  const file = new Writable({ write: (chunk, _encoding, done) => done(void written.push(String(chunk))) })
  return { file, text: () => written.join('') }
}

describe('objects of a given heap', () => {
  test('are counted, all or a subset', () => {
    expect(count(shop, 'Session')).toBe(2)
    expect(count(shop, 'Session', { objects: [at(shop, 31)!, at(shop, 41)!] })).toBe(1)
    expect(byType(shop, 'User').map(({ id }) => id)).toEqual([41, 43])
  })

  test('describe themselves', () => {
    const [, session] = byType(shop, 'Session')
    const { id, type, qualifiedType, shallow, retained, distance, refcount } = session!
    expect({ id, type, qualifiedType }).toEqual({ id: 33, type: 'Session', qualifiedType: 'Session' })
    expect({ shallow, retained, distance, refcount }).toEqual({ shallow: 8, retained: 40, distance: 3, refcount: 2 })
    expect(`${session}`).toBe('Session @33')
  })

  test('are found by id, unless they are gone', () => {
    expect(at(shop, 31)?.type).toBe('Session')
    expect(at(shop, 1001)).toBe(undefined)
    expect(types(atAddrs(shop, new Set([43, 1001, 31])))).toEqual(['User', 'Session'])
  })

  test('cannot be used with another heap', () => {
    const other = heapOf(heap`root.a = Session 1`)
    expect(() => count(other, 'Session', { objects: byType(shop, 'Session') })).toThrow(/do not all belong to one heap/)
  })

  test('are counted by type, filtered and limited', () => {
    expect(typeStats(shop, { filter: isSession })).toEqual(
      new Map([['Session', { type: 'Session', count: 2, shallow: 12, retained: null }]]),
    )
    expect(typeStats(shop, { retained: true }).get('Session')).toMatchObject({ retained: 60 })
    expect(mostCommonTypes(shop, { limit: 2 }).map(({ type }) => type)).toEqual(['User', 'Session'])
    expect(mostCommonTypes(shop, { limit: null }).length).toBe(typeStats(shop).size)
  })

  test('the most common types are printed in columns as wide as the longest name', async () => {
    const { file, text } = paper()
    await showMostCommonTypes(shop, { objects: [...byType(shop, 'Session'), at(shop, 11)!], file })
    expect(text()).toBe('Session 2\nglobal  1\n')
  })

  test('objects that only C++ retains stand in for wrong reference counts', () => {
    const native = heapOf(heap`
      root.a = App 1
      App.held = Held 1
      native:Handle.x = Forgotten 1
      root[2] = native:Handle
    `)
    expect(types(getLeakingObjects(native))).toContain('Forgotten')
    expect(types(getLeakingObjects(native, { objects: byType(native, 'Held') }))).toEqual([])
  })
})

describe('growth', () => {
  const later = heapOf(heap`
    root.a = Session#1 8
    root.b = Session#2 8
    root.c = Session#3 8
    root.d = User 8
  `)

  test('is reported above the given peak, and returns the next', () => {
    const { peak, rows } = growth(shop, undefined, { filter: isSession })
    expect(rows).toMatchObject([{ type: 'Session', count: 2, delta: 2 }])
    expect(growth(later, peak, { filter: isSession }).rows).toMatchObject([{ type: 'Session', count: 3, delta: 1 }])
    expect(growth(shop, peak, { filter: isSession }).rows).toEqual([])
  })

  test('is printed in the columns of objgraph, and not at all if nothing grew', async () => {
    const { file, text } = paper()
    const { peak } = growth(shop)
    const { peak: next } = await showGrowth(later, peak, { file })
    expect(text()).toBe('Session        3        +1\n')
    await showGrowth(later, next, { file })
    expect(text().split('\n')).toHaveLength(2)
  })

  test("leaves out V8's own types, unless requested", () => {
    const code = heapOf(heap`
      root.a = App 1
      App{code} = code:one 1
      code:one{1} = "only code knows this"
    `)
    const grown = (raw: boolean) => growth(code, undefined, { raw, limit: null }).rows.map(({ type }) => type)
    expect(grown(false)).toEqual(['App'])
    expect(grown(true)).toEqual(expect.arrayContaining(['App', '(compiled code)', '(string)']))
  })

  test('options in place of the peak are refused, with an example', () => {
    expect(() => growth(shop, { limit: 3 } as never)).toThrow(/the previous call's peak/)
  })
})

describe('new ids', () => {
  const of = (drawn: Parameters<typeof heapOf>[0], session = 's'): Heap => heapOf(drawn, { session })
  const before = of(heap`
    root.a = Session#1 8 @11
    root.b = User 8 @13
  `)
  const after = of(heap`
    root.a = Session#1 8 @11
    root.c = Session#2 8 @21
    root.d = Session#3 8 @23
  `)

  test('are those unknown to the previous call, in a table between rules, 13 wide per column', async () => {
    const { file, text } = paper()
    const state = await getNewIds(before, undefined, { limit: 0, file })
    expect(text()).toBe('')
    const { ids } = await getNewIds(after, state, { file, limit: null })
    expect(ids.get('Session')).toEqual(new Set([21, 23]))
    const rule = '='.repeat('(synthetic)'.length + 52)
    expect(text().split('\n')).toEqual([
      rule,
      'Type             Old_ids  Current_ids      New_ids Count_Deltas',
      rule,
      'Session                1            3           +2           +2',
      '(synthetic)            1            1           +0           +0',
      'User                   1            0           +0           -1',
      rule,
      '',
    ])
  })

  test('are shown again, and sorted otherwise, without another capture', async () => {
    const { file, text } = paper()
    const state = await getNewIds(after, await getNewIds(before, undefined, { limit: 0 }), { limit: 0 })
    const again = await getNewIds(state, { skipUpdate: true, sortby: 'old', limit: 1, file })
    expect(again).toBe(state)
    expect(text()).toMatch(/^(?:\(synthetic\)|Session|User) +1 /m)
    await expect(getNewIds(undefined, { skipUpdate: true })).rejects.toThrow(/no previous call/)
  })

  test('of another session are not compared', async () => {
    const state = await getNewIds(before, undefined, { limit: 0 })
    await expect(getNewIds(of(heap`root.a = A 1`, 'other'), state)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

describe('chains', () => {
  const [first, second] = byType(shop, 'Session') as [HeapObject, HeapObject]

  test('lead along references, or back to a module or the global object', () => {
    expect(types(findRefChain(at(shop, 21)!, ({ id }) => id === 43))).toEqual(['Cache', 'Session', 'User'])
    expect(types(findBackrefChain(first))).toEqual(['global', 'Cache', 'Session'])
    expect(isModuleRoot(findBackrefChain(second)[0]!)).toBe(true)
    expect(isModuleRoot(second)).toBe(false)
  })

  test('are the object alone if there is none, it is too long, or everything is ignored', () => {
    const alone = [second]
    expect(findRefChain(second, ({ type }) => type === 'Cache')).toEqual(alone)
    expect(findBackrefChain(second, isModuleRoot, { maxDepth: 1 })).toEqual(alone)
    expect(findBackrefChain(second, isModuleRoot, { extraIgnore: [at(shop, 21)] })).toEqual(alone)
  })

  test('are drawn with only their objects', async () => {
    const { file: output } = paper()
    const drawing = await showChain(findBackrefChain(second), { output })
    expect(drawing.nodes.map(({ type }) => type).sort()).toEqual(['Cache', 'Session', 'global'])
    const both = await showChain([findBackrefChain(first), findBackrefChain(second)], { output, backrefs: false })
    expect(both.nodes).toHaveLength(4)
    await expect(showChain([])).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('graphs', () => {
  const cache = at(shop, 21)!

  test('accept every parameter of objgraph', async () => {
    const { file: output, text } = paper()
    const drawing = await showRefs([cache], {
      output,
      maxDepth: 2,
      extraIgnore: [at(shop, 41)],
      filter: ({ type }) => type !== 'Cart',
      highlight: ({ id }) => id === 33,
      extraInfo: ({ id }) => `no. ${id}`,
      refcounts: true,
      qualified: true,
      extraNodeAttrs: object => (isSession(object) ? { penwidth: '5' } : undefined),
    })
    expect(drawing.nodes.map(({ id }) => id)).toEqual([21, 31, 33, 43])
    expect(drawing.nodes[2]).toMatchObject({ role: 'highlight', extra: 'no. 33', retainers: 2 })
    expect(text()).toMatch(/"o33" \[.*penwidth =5/)
    expect(text()).not.toMatch(/"o21" \[.*penwidth =5/)
  })

  test('limit what they draw, and go no deeper than requested', async () => {
    const { file: output } = paper()
    const cut = await showRefs(cache, { output, tooMany: 1, maxDepth: 1 })
    expect(cut.nodes.map(({ role }) => role)).toEqual(['asked', 'plain', 'more'])
    const back = await showBackrefs(byType(shop, 'User'), { output, maxDepth: 1 })
    expect(back.nodes.map(({ type }) => type).sort()).toEqual(['Session', 'Session', 'User', 'User'])
  })

  test("have objgraph's style in dot, or the requested one", async () => {
    const usual = paper()
    await showRefs(cache, { output: usual.file })
    const modern = paper()
    await showRefs(cache, { output: modern.file, style: 'modern' })
    expect(usual.text()).not.toContain('rounded')
    expect(modern.text()).toContain('style = "filled,rounded"')
  })

  test('go to a file or to a stream, not to both', async () => {
    const { file: output } = paper()
    await expect(showRefs(cache, { output, filename: 'graph.dot' })).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('an attribute that Graphviz does not have here is refused', async () => {
    const { file: output } = paper()
    const wrong = (attributes: Record<string, string>) => showRefs(cache, { output, extraNodeAttrs: () => attributes })
    await expect(wrong({ onclick: 'x' })).rejects.toThrow(/unknown node attribute onclick/)
    await expect(wrong({ penwidth: '1"]; x [' })).rejects.toThrow(/penwidth cannot be/)
  })
})

test('a temporary folder that cannot hold the snapshot is reported', async () => {
  const before = process.env.TMPDIR
  try {
    process.env.TMPDIR = join(import.meta.dirname, 'no such folder')
    await expect(ownHeap()).rejects.toMatchObject({ code: 'OUTPUT', hint: expect.stringContaining('TMPDIR') })
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
})

describe("calls without a compiler's checks", () => {
  const session = at(shop, 31)!
  const wrong: readonly [words: string, call: () => unknown, message: RegExp, hint: RegExp][] = [
    ['a class', () => count(shop, Map as never), /name of their type/, /count\('Session'\)/],
    [
      'one object for a list',
      () => count(shop, 'Session', { objects: session as never }),
      /list of objects/,
      /\[a, b\]/,
    ],
    ['a limit below nothing', () => mostCommonTypes(shop, { limit: -1 }), /number of rows/, /limit: 5/],
    ['options by place', () => mostCommonTypes(shop, 3 as never), /by name/, /limit: 5/],
    ['shortnames', () => mostCommonTypes(shop, { shortnames: false } as never), /no option/, /qualified: true/],
    ['max_depth', () => findBackrefChain(session, isModuleRoot, { max_depth: 2 } as never), /no option/, /maxDepth: 3/],
    ['a type for a predicate', () => findRefChain(session, 'User' as never), /a function/, /object =>/],
    ['an id as it is shown', () => at(shop, '@31' as never), /is a number/, /at\(1203\)/],
    ['no ids', () => atAddrs(shop, undefined as never), /is a number/, /atAddrs/],
    ['null for the state', () => getNewIds(shop, null as never), /previous call/, /getNewIds\(\)/],
    ['an order there is not', () => getNewIds(shop, undefined, { sortby: 'size' as never }), /old, current/, /new/],
    ['a text for a filter', () => showRefs(session, { filter: 'User' as never }), /function of an object/, /object =>/],
    ['a path for a stream', () => showRefs(session, { output: 'a.dot' as never }), /a stream/, /process/],
    ['a style there is not', () => showRefs(session, { style: 'dark' as never }), /'modern' or 'objgraph'/, /style:/],
    ['objects for chains', () => showChain(shop as never), /no chain/, /findBackrefChain/],
  ]
  test.each(wrong)('is refused with an example: %s', async (_, call, message, hint) => {
    const error = await (async () => call())().catch((error: unknown) => error)
    expect(error).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  test('a filter accepts any truthy result', () => {
    const filter = (({ type }: HeapObject) => (type === 'Session' ? 1 : undefined)) as never
    expect([...typeStats(shop, { filter }).keys()]).toEqual(['Session'])
    expect(growth(shop, undefined, { filter }).rows.map(({ type }) => type)).toEqual(['Session'])
  })

  test('a list is any iterable, and a third line any readable', async () => {
    expect(count(shop, 'Session', { objects: new Set([session]) })).toBe(1)
    const { file: output } = paper()
    const { nodes } = await showRefs(session, { output, extraInfo: (({ shallow }: HeapObject) => shallow) as never })
    expect(nodes[0]!.extra).toBe('4')
  })
})
