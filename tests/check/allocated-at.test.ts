import { describe, expect, test } from 'vitest'
import { allocationSites, withAllocations } from '../../src/check/allocated-at.js'
import type { Allocation } from '../../src/check/index.js'
import type { Suspect } from '../../src/growth/suspects/suspect.js'

const frame = (name: string, file: string | null, line = 1): Allocation['stack'][number] => ({
  function: name,
  location: file === null ? null : { file, line, column: 1 },
})
const session = [frame('Session', 'session.js', 5), frame('login', 'app.js', 35), frame('emit', null)]
const cart = [frame('priceOf', 'cart.js', 9), frame('work', 'app.js', 44)]

describe('the allocation site of live memory', () => {
  test('is the nearest function of the program that is not a constructor, the most bytes first', () => {
    const sites = allocationSites([
      [{ bytes: 100, stack: session }],
      [
        { bytes: 900, stack: session },
        { bytes: 300, stack: cart },
      ],
    ])
    expect(sites.map(site => [site.function, site.location.line, site.bytes])).toEqual([
      ['login', 35, 1000],
      ['priceOf', 9, 300],
    ])
  })

  test('is the function of the program, not that of a package it called', () => {
    const described = [
      frame('describe', 'node_modules/zod/schemas.js', 70),
      frame('', 'app.js', 2),
      frame('searchTool', 'app.js', 5),
    ]
    const within = [frame('describe', 'node_modules/zod/schemas.js', 70), frame('emit', null)]
    const sites = allocationSites([[{ bytes: 100, stack: described }], [{ bytes: 30, stack: within }]])
    expect(sites.map(site => [site.function, site.bytes])).toEqual([
      ['searchTool', 100],
      ['describe', 30],
    ])
  })

  test('is not a function of V8 for the fields of a class', () => {
    const fields = frame('<instance_members_initializer>', 'session.js', 5)
    const siteOf = (...callers: Allocation['stack'][number][]) =>
      allocationSites([[{ bytes: 100, stack: [fields, frame('Session', 'session.js', 7), ...callers] }]])[0]!.function
    expect(siteOf(frame('', 'app.js', 2), frame('login', 'app.js', 35))).toBe('login')
    expect(siteOf(frame('', 'app.js', 2))).toBe('(anonymous)')
    expect(siteOf()).toBe('Session')
  })

  test('is the anonymous callback that called a constructor', () => {
    const sites = allocationSites([[{ bytes: 100, stack: [frame('Session', 'app.js', 2), frame('', 'app.js', 6)] }]])
    expect(sites.map(site => [site.function, site.location.line])).toEqual([['(anonymous)', 6]])
  })

  test('is nothing for code outside the program', () => {
    expect(allocationSites([[{ bytes: 100, stack: [frame('emit', null)] }]])).toEqual([])
  })
})

describe('a suspect', () => {
  const suspect = {
    headline: 'Map sessions gains 200 Session per round',
    holder: { location: { file: 'store.js', line: 4, column: 1 } },
    path: [{ location: null }, { location: { file: 'session.js', line: 5, column: 1 } }],
    leaked: { bytes: 50_000 },
    evidence: {},
  } as unknown as Suspect

  test('has the stacks that pass through one of its files', () => {
    const told = withAllocations(
      [suspect],
      allocationSites([
        [
          { bytes: 900, stack: cart },
          { bytes: 300, stack: session },
        ],
      ]),
    )[0]!
    expect(told.headline).toBe(`${suspect.headline}; allocated at or below login (app.js:35)`)
    expect(told.evidence.allocatedAt).toEqual([
      { function: 'login', location: { file: 'app.js', line: 35, column: 1 }, bytes: 300 },
    ])
  })

  // Two leaks in one file: each has the stacks of its own function, whatever the size of the other.
  const subscribe = [frame('subscribe', 'events.js', 3), frame('handle', 'app.js', 10)]
  const retry = [frame('retry', 'events.js', 6), frame('handle', 'app.js', 10)]
  const both = allocationSites([
    [
      { bytes: 300, stack: subscribe },
      { bytes: 900, stack: retry },
    ],
  ])
  test.each([
    [3, 'subscribe (events.js:3)'],
    [6, 'retry (events.js:6)'],
  ])('made by a function at line %d is told with the function of that line', (line, site) => {
    const of = { ...suspect, path: [{ location: null }, { location: { file: 'events.js', line, column: 3 } }] }
    expect(withAllocations([of as unknown as Suspect], both)[0]!.headline).toBe(
      `${suspect.headline}; allocated at or below ${site}`,
    )
  })

  test('names no function if several are possible', () => {
    const of = {
      ...suspect,
      holder: { location: { file: 'events.js', line: 1, column: 1 } },
      path: [],
    } as unknown as Suspect
    const third = [frame('third', 'events.js', 9)]
    const sites = allocationSites([
      [
        { bytes: 300, stack: subscribe },
        { bytes: 300, stack: retry },
        { bytes: 400, stack: third },
      ],
    ])
    const told = withAllocations([of], sites)[0]!
    expect(told.headline).toBe(suspect.headline)
    expect(told.evidence.allocatedAt).toHaveLength(3)
  })

  test('names the function that calls several, if most of the bytes are below it', () => {
    const of = {
      ...suspect,
      holder: { location: { file: 'events.js', line: 1, column: 1 } },
      path: [],
    } as unknown as Suspect
    const sites = allocationSites([
      [
        { bytes: 300, stack: [...subscribe, frame('', 'main.js', 2)] },
        { bytes: 300, stack: [...retry, frame('', 'main.js', 2)] },
        { bytes: 100, stack: [frame('third', 'events.js', 9), frame('', 'main.js', 2)] },
      ],
    ])
    expect(withAllocations([of], sites)[0]!.headline).toBe(
      `${suspect.headline}; allocated at or below handle (app.js:10)`,
    )
  })

  test('is unchanged without such a stack', () => {
    expect(withAllocations([suspect], allocationSites([[{ bytes: 900, stack: cart }]]))[0]).toBe(suspect)
  })

  test('with no program code on its path has the site of most live memory', () => {
    const backlog = {
      ...suspect,
      headline: 'Write backlog of process.stdout gains 100 strings per round',
      holder: { location: null },
      path: [{ location: null }, { location: { file: 'node:internal/streams', line: 1, column: 1 } }],
      leaked: { bytes: 800 },
    } as unknown as Suspect
    const sites = allocationSites([[{ bytes: 900, stack: cart }]])
    expect(withAllocations([backlog], sites)[0]!.headline).toBe(
      `${backlog.headline}; allocated at or below priceOf (cart.js:9)`,
    )
    const others = allocationSites([[{ bytes: 5000, stack: cart }]])
    expect(withAllocations([suspect, backlog], others)).toEqual([suspect, backlog])
  })

  test('with no program code on its path does not have a site of other work, as C++ allocates unseen', () => {
    const blobs = {
      ...suspect,
      headline: 'Native code gains 76 DataQueue per round',
      holder: { location: null },
      path: [{ location: null }],
      leaked: { bytes: 10_000_000 },
    } as unknown as Suspect
    expect(withAllocations([blobs], allocationSites([[{ bytes: 900, stack: cart }]]))).toEqual([blobs])
  })
})

test("what only leads to the retainer's variable is not the site of what it retains", () => {
  const at = (file: string) => ({ file, line: 1, column: 1 })
  const listeners = {
    headline: "'close' listeners of server gain 120 Proxy per round",
    holder: { id: 4, location: at('node_modules/proxy/index.js') },
    path: [
      { id: 1, edge: '', location: null },
      { id: 2, edge: '._onTimeout', location: at('traffic.js') },
      { id: 3, edge: '->pathOf', location: at('main.js') },
      { id: 4, edge: '->server', location: null },
      { id: 5, edge: '._events', location: at('node_modules/proxy/index.js') },
    ],
    leaked: { bytes: 500 },
    evidence: {},
  } as unknown as Suspect
  const sites = allocationSites([
    [
      { bytes: 900, stack: [frame('ask', 'traffic.js', 40)] },
      { bytes: 500, stack: [frame('makeProxy', 'main.js', 7)] },
    ],
  ])
  expect(withAllocations([listeners], sites)[0]!.headline).toMatch(/; allocated at or below makeProxy \(main\.js:7\)$/)
})

test('a function that only shares the scope of the variable is not the site of what the variable retains', () => {
  const at = (line: number) => ({ file: 'server.js', line, column: 1 })
  const loaders = {
    headline: 'Map shared.products._cacheMap gains 181 Promise per round',
    holder: { id: 3, location: null },
    path: [
      { id: 1, edge: '._onTimeout', location: at(20) },
      { id: 2, edge: '->shared', location: null },
      { id: 3, edge: '._cacheMap', location: null },
    ],
    leaked: { bytes: 500 },
    evidence: {},
  } as unknown as Suspect
  const sites = allocationSites([
    [
      { bytes: 130, stack: [frame('ask', 'traffic.js', 4), frame('', 'server.js', 20)] },
      { bytes: 500, stack: [frame('products', 'server.js', 8)] },
    ],
  ])
  expect(withAllocations([loaders], sites)[0]!.headline).toMatch(/; allocated at or below products \(server\.js:8\)$/)
})

describe('if V8 inlined the function', () => {
  const suspect = {
    headline: 'Map pending gains 325 AuditEntry per round',
    holder: { location: { file: 'src/audit.ts', line: 6, column: 1 } },
    path: [{ location: { file: 'node_modules/express/lib/express.js', line: 9, column: 1 } }],
    leaked: { type: 'AuditEntry', bytes: 800 },
    evidence: {},
  } as unknown as Suspect
  const placeOrder = [frame('placeOrder', 'src/orders.ts', 6), frame('next', 'node_modules/express/lib/express.js')]
  const router = [frame('next', 'node_modules/express/lib/express.js')]
  const headline = (...bytes: number[]): string =>
    withAllocations(
      [suspect],
      allocationSites([
        [
          { bytes: bytes[0]!, stack: placeOrder },
          { bytes: bytes[1]!, stack: router },
        ],
      ]),
    )[0]!.headline

  test('the only function of the program that allocated nearly all, and as much as was gained, is named', () => {
    expect(headline(700, 100)).toBe(`${suspect.headline}; allocated at or below placeOrder (src/orders.ts:6)`)
  })

  test.each([
    ['where others allocated as much', 700, 600],
    ['where it is far less than what was gained', 300, 10],
    ['where it is far more than what was gained', 9000, 100],
  ])('none is named %s', (_, ...bytes) => {
    expect(headline(...bytes)).toBe(suspect.headline)
  })

  test.each(['Buffer', 'system / JSArrayBufferData'])('none is named for a %s, whose bytes are not sampled', type => {
    const bodies = { ...suspect, leaked: { ...suspect.leaked, type } } as unknown as Suspect
    const sites = allocationSites([[{ bytes: 700, stack: placeOrder }]])
    expect(withAllocations([bodies], sites)[0]!.headline).toBe(suspect.headline)
  })

  test('nor for a suspect with only packages on its path', () => {
    const packages = {
      ...suspect,
      holder: { location: { file: 'node_modules/react-side-effect/index.js', line: 6, column: 1 } },
    } as unknown as Suspect
    const sites = allocationSites([[{ bytes: 700, stack: [frame('placeOrder', 'src/orders.ts', 6)] }]])
    expect(withAllocations([packages], sites)[0]!.headline).toBe(
      `${suspect.headline}; allocated at or below placeOrder (src/orders.ts:6)`,
    )
  })

  test("a package on the path is not the site, nor is V8's function for the fields of a class", () => {
    const fields = [frame('<instance_members_initializer>', 'src/audit.ts', 7), frame('handle', 'src/audit.ts', 11)]
    const { headline } = withAllocations(
      [suspect],
      allocationSites([
        [
          { bytes: 300, stack: fields },
          { bytes: 700, stack: router },
        ],
      ]),
    )[0]!
    expect(headline).toBe(`${suspect.headline}; allocated at or below handle (src/audit.ts:11)`)
  })
})
