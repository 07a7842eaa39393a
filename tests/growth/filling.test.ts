import { describe, expect, test } from 'vitest'
import { type Leaks, leaks } from '../../src/growth/leaks.js'
import { verdictOf } from '../../src/growth/verdict.js'
import type { Heap } from '../../src/heap/heap.js'
import { lines, series } from './series.js'
import { type Held, withNumbers } from './with-numbers.js'

/** How V8 stores numbers: the heap's facts for that many entries in a store with that capacity. */
interface Kept {
  readonly type: string
  readonly edge: string
  readonly bytes: (room: number) => number
  readonly held: (used: number, room: number) => readonly Held[]
}

const counts = (used: number, room: number): readonly Held[] => [
  ['array:store', 'internal', '0', used],
  ['array:store', 'internal', '2', room],
]

const kinds: Readonly<Record<string, Kept>> = {
  'an array': {
    type: 'Array',
    edge: 'elements',
    bytes: room => 16 + 8 * room,
    held: used => [['Array', 'property', 'length', used]],
  },
  'a Map': {
    type: 'Map',
    edge: 'table',
    bytes: room => 8 * (5 + room / 2 + 3 * room),
    held: used => [['Map', 'property', 'size', used]],
  },
  'a Set': {
    type: 'Set',
    edge: 'table',
    bytes: room => 8 * (5 + room / 2 + 2 * room),
    held: used => [['Set', 'property', 'size', used]],
  },
  'an object with number keys far apart': {
    type: 'Object',
    edge: 'elements',
    bytes: room => 8 * (6 + 3 * room),
    held: counts,
  },
  'a sparse array': {
    type: 'Array',
    edge: 'elements',
    bytes: room => 8 * (6 + 3 * room),
    held: (used, room) => [['Array', 'property', 'length', 10_000_000], ...counts(used, room)],
  },
  'an object with number keys close together': {
    type: 'Object',
    edge: 'elements',
    bytes: room => 16 + 8 * room,
    held: used => [['Object', 'internal', 'elements', used]],
  },
  'an object with keys that others keep': {
    type: 'Object',
    edge: 'properties',
    bytes: room => 8 * (8 + 3 * room),
    held: counts,
  },
}

/** Heaps in which a store has that many entries, with the capacity V8 gives it. */
function filled({ type, edge, bytes, held }: Kept, entries: readonly number[], room = 8192, more = ''): Promise<Leaks> {
  const captured = async function* (): AsyncGenerator<Heap> {
    for (const used of entries) {
      const has = used > room ? 2 * room : room
      const drawing = `
        root.app = App
        App.totals = ${type}
        ${type}{${edge}} = array:store ${bytes(has)}
        ${more}`
      for await (const heap of series([drawing]))
        yield { ...heap, graph: withNumbers(heap.graph, drawing, held(used, has)) }
    }
  }
  return leaks(captured())
}

describe.each(Object.entries(kinds))('%s', (_, kept) => {
  test('leaks if it gains a few hundred numbers from heap to heap', async () => {
    const found = await filled(kept, [5000, 5300, 5610, 5900, 6200, 6490])
    expect(found.suspects.map(({ headline }) => headline)).toEqual([
      expect.stringMatching(new RegExp(`^${kept.type} (?:app\\.)?totals grows by`)),
    ])
    expect(verdictOf(found)).toBe('leaking')
  })

  test('leaks if its store was doubled in between', async () => {
    const found = await filled(kept, [7500, 7800, 8110, 8400, 8700, 8990])
    expect(found.suspects).toHaveLength(1)
    expect(found.suspects[0]!.evidence.kept.at(-1)! / found.suspects[0]!.evidence.kept[0]!).toBeCloseTo(8990 / 7500, 1)
  })

  test('does not leak if old numbers are removed', async () => {
    const found = await filled(kept, [5000, 5020, 4990, 5000, 5010, 4995])
    expect(verdictOf(found)).toBe('not-leaking')
  })

  test('does not leak if only its store was enlarged', async () => {
    const found = await filled(
      kept,
      [5000, 5000, 5000, 5000, 5000, 5000].map((used, at) => used + at),
    )
    expect(verdictOf(found)).toBe('not-leaking')
  })

  test('is not certain to leak if it fills and then is level', async () => {
    const found = await filled(kept, [5000, 5400, 5800, 5800, 5800, 5800])
    expect(found.suspects).toEqual([])
  })
})

test('a few numbers more each time may be chance', async () => {
  expect(verdictOf(await filled(kinds['a Set']!, [5000, 5050, 5100, 5150, 5200, 5250]))).toBe('not-leaking')
})

test('a small share more than at first is not enough: of many stores the last may still fill', async () => {
  const kept = kinds['an array']!
  expect(verdictOf(await filled(kept, [28_000, 28_240, 28_400, 28_570, 28_800, 29_000], 32_768))).toBe('not-leaking')
  expect(verdictOf(await filled(kept, [8_000, 8_240, 8_400, 8_570, 8_800, 9_000], 32_768))).toBe('leaking')
})

test('a small share more is enough in a straight line', async () => {
  const kept = kinds['an array']!
  expect(verdictOf(await filled(kept, [28_000, 28_200, 28_400, 28_600, 28_800, 29_000], 32_768))).toBe('leaking')
})

test('objects in a store are counted themselves', async () => {
  const inStore = Array.from({ length: 3000 }, (_, at) => `array:store.${at} = Session#${at}\n`).join('')
  const named = Array.from({ length: 3000 }, (_, at) => `App.s${at} = Session#${at}\n`).join('')
  const found = await filled(kinds['a Map']!, [5000, 5300, 5610, 5900, 5990], 8192, named + inStore)
  expect(found.suspects).toEqual([])
})

test.each(['null', 'undefined'])('a queue whose array is mostly %s is cut now and then', async nothing => {
  const queue = (taken: number): Promise<Leaks> =>
    filled(
      kinds['an array']!,
      [5000, 5300, 5610, 5900, 6200, 6490],
      8192,
      lines(taken, n => `Array[${n}] = hidden:${nothing}`),
    )
  expect(verdictOf(await queue(6300))).toBe('not-leaking')
  expect(verdictOf(await queue(3000))).toBe('leaking')
})

test('other values of an object are not entries of its store', async () => {
  const captured = async function* (): AsyncGenerator<Heap> {
    for (const bytes of [100_000, 110_000, 120_000, 130_000, 140_000, 150_000]) {
      const drawing = `
        root.app = App
        App.totals = Set
        Set{table} = array:store ${8 * (5 + 4096 + 2 * 8192)}
        Set{notes} = array:notes ${bytes}`
      for await (const heap of series([drawing]))
        yield { ...heap, graph: withNumbers(heap.graph, drawing, [['Set', 'property', 'size', 5000]]) }
    }
  }
  expect((await leaks(captured())).suspects).toEqual([])
})

test('objects that fill a preallocated array are bounded, and objects pushed into one leak', async () => {
  const counts = [20, 60, 100, 140, 180, 220, 260, 300]
  const log = async function* (
    lengthOf: (lines: number) => number,
    roomOf: (lines: number) => number,
  ): AsyncGenerator<Heap> {
    for (const count of counts) {
      const drawing = `
        root.app = App
        App.lines = Array 32
        Array{elements} = array:store ${16 + 8 * roomOf(count)}
        ${lines(count, n => `Array[${n}] = Line#${n} 48`)}`
      for await (const heap of series([drawing]))
        yield {
          ...heap,
          graph: withNumbers(heap.graph, drawing, [['Array', 'property', 'length', lengthOf(count)]]),
        }
    }
  }
  const ring = await leaks(
    log(
      () => 500,
      () => 500,
    ),
  )
  expect(ring).toMatchObject({ suspects: [], levelling: [{ leaked: { type: 'Line' } }] })
  const full = await leaks(
    log(
      () => 300,
      () => 300,
    ),
  )
  expect(full).toMatchObject({ suspects: [], levelling: [{ leaked: { type: 'Line' } }] })
  const leak = [{ leaked: { type: 'Line', count: 280 } }]
  const queue = log(
    () => 2048,
    () => 2048,
  )
  expect((await leaks(queue)).suspects).toMatchObject(leak)
  const pushed = log(
    count => count,
    () => 500,
  )
  expect((await leaks(pushed)).suspects).toMatchObject(leak)
  const longer = log(
    count => count + 50,
    count => count + 50,
  )
  expect((await leaks(longer)).suspects).toMatchObject(leak)
})
