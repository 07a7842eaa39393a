import { describe, expect, test } from 'vitest'
import { type Leaks, leaks } from '../../src/growth/leaks.js'
import { verdictOf } from '../../src/growth/verdict.js'
import type { Heap } from '../../src/heap/heap.js'
import { random } from './random.js'
import { lines, series } from './series.js'
import { type Held, withNumbers } from './with-numbers.js'

/** The capacity that V8 gives an array that is pushed to: half more, and 16, whenever it is full. */
function roomFor(used: number): number {
  let room = 17
  while (room < used) room += (room >> 1) + 16
  return room
}

/** Heaps of a program with connections, each with an array of that many numbers, or of `item`. */
async function* connections(heaps: readonly (readonly number[])[], item?: Item, more = ''): AsyncGenerator<Heap> {
  for (const lengths of heaps) {
    const drawing = [
      'root.app = App\nApp.conns = Array#all',
      ...lengths.map(
        (used, at) => `
          Array#all[${at}] = Conn#${at} 32
          Conn#${at}.samples = Array#${at} 32
          Array#${at}{elements} = array:${at} ${16 + 8 * roomFor(used)}
          ${item === undefined ? '' : lines(used, place => `Array#${at}[${place}] = ${item(at, place)}`)}`,
      ),
      more,
    ].join('\n')
    const held = lengths.map((used, at): Held => [`Array#${at}`, 'property', 'length', used])
    for await (const heap of series([drawing])) yield { ...heap, graph: withNumbers(heap.graph, drawing, held) }
  }
}

type Item = (store: number, place: number) => string

const found = (heaps: readonly (readonly number[])[], item?: Item, more?: string): Promise<Leaks> =>
  leaks(connections(heaps, item, more))

/** The contents of fifty stores in each of eight heaps, changed by `step`; thirty heaps precede them. */
function fifty(seed: number, step: (used: number, uniform: () => number, store: number, heap: number) => number) {
  const { uniform } = random(seed)
  let stores = Array.from({ length: 50 }, () => 0)
  const heaps: (readonly number[])[] = []
  for (let heap = -30; heap < 8; heap++) {
    stores = stores.map((used, store) => step(used, uniform, store, heap))
    if (heap >= 0) heaps.push(stores)
  }
  return heaps
}

/** A random number of events, `mean` on average. */
function poisson(mean: number, uniform: () => number): number {
  let count = 0
  for (let product = uniform(); product > Math.exp(-mean); product *= uniform()) count++
  return count
}

/** In how many of so many programs. */
async function alarms(times: number, heapsOf: (seed: number) => readonly (readonly number[])[]): Promise<number> {
  let alarms = 0
  for (let seed = 1; seed <= times; seed++) if (verdictOf(await found(heapsOf(seed))) !== 'not-leaking') alarms++
  return alarms
}

describe('fifty arrays of a few numbers each', () => {
  test.each([1, 2, 5, 20])('leak if each gains about %d from heap to heap', async mean => {
    for (let seed = 1; seed <= 10; seed++) {
      const { suspects } = await found(fifty(seed, (used, uniform) => used + poisson(mean, uniform)))
      expect(suspects.map(({ headline }) => headline)).toEqual([
        expect.stringMatching(/^Array (?:app\.)?conns\[…\]\.samples/),
      ])
    }
  })

  test('do not leak if each is emptied when it is full', async () => {
    const emptied = (seed: number) =>
      fifty(seed, (used, uniform, store) => {
        const next = used + poisson(9, uniform)
        return next > 100 + 3 * store ? 0 : next
      })
    expect(await alarms(60, emptied)).toBe(0)
  })

  test('do not leak if they have only recent entries', async () => {
    const windows = (seed: number) => {
      const came: number[][] = Array.from({ length: 50 }, () => [])
      return fifty(seed, (_, uniform, store) => {
        came[store]!.push(poisson(12, uniform))
        return came[store]!.slice(-5).reduce((sum, one) => sum + one, 0)
      })
    }
    expect(await alarms(60, windows)).toBe(0)
  })

  test('do not leak if each is halved now and then', async () => {
    const cut = (seed: number) =>
      fifty(seed, (used, uniform) => {
        const next = used + poisson(20, uniform)
        return next > 200 ? next - 100 : next
      })
    expect(await alarms(60, cut)).toBe(0)
  })

  test('do not leak if they are replaced by others', async () => {
    const replaced = (seed: number) =>
      fifty(seed, (used, uniform) => (uniform() < 0.2 ? Math.round(300 * uniform()) : used))
    expect(await alarms(60, replaced)).toBe(0)
  })

  test('do not leak if their lengths vary at random', async () => {
    const walks = (seed: number) =>
      fifty(seed, (used, uniform) => Math.round(0.9 * used + 100 + 600 * (uniform() - 0.5)))
    expect(await alarms(100, walks)).toBe(0)
  })

  test('do not leak if all are emptied together', async () => {
    const together = (seed: number) =>
      fifty(seed, (used, uniform, _, heap) => ((heap + 30) % 3 === seed % 3 ? 0 : used) + poisson(10, uniform))
    expect(await alarms(60, together)).toBe(0)
  })

  test('do not leak if they fill one after the other, and none gets more than the first did', async () => {
    const rings = (seed: number) =>
      fifty(seed, (used, uniform, store, heap) =>
        store > 10 + (heap + 30) ? used : Math.min(120, used + poisson(40, uniform)),
      )
    expect(await alarms(20, rings)).toBe(0)
  })
})

describe('fifty arrays of thousands of numbers each', () => {
  const thousand = (heaps: readonly (readonly number[])[]) => heaps.map(lengths => lengths.map(used => 1000 * used))

  test('leak if each gains', async () => {
    const { suspects } = await found(thousand(fifty(1, (used, uniform) => used + poisson(2, uniform))))
    expect(suspects).toMatchObject([{ leaked: { type: 'Array', count: 0 } }])
  })

  test('are bounded if they fill to the level of the first ones', async () => {
    const rings = fifty(2, (used, _, store, heap) => (store > 10 + (heap + 30) ? used : Math.min(4, used + 1)))
    expect(await found(thousand(rings))).toMatchObject({ suspects: [], levelling: [{ leaked: { type: 'Array' } }] })
  })

  test('may be chance if nothing stays of what they gained', async () => {
    const emptied = Array.from({ length: 8 }, (_, heap) =>
      Array.from({ length: 50 }, (_, store) => 10 + 4 * heap + ((heap + store) % 2 === 0 ? 20 + 8 * heap : 0)),
    )
    expect((await found(thousand(emptied))).suspects).toEqual([])
  })
})

test('thousands of arrays are followed by the addresses of some, and leak even if each gains less than one', async () => {
  const { uniform } = random(4)
  let stores = Array.from({ length: 2500 }, () => 2)
  const captured = async function* (): AsyncGenerator<Heap> {
    for (let heap = 0; heap < 8; heap++) {
      stores = stores.map(used => used + poisson(0.03, uniform))
      for await (const one of connections([stores]))
        yield { ...one, graph: { ...one.graph, address: Float64Array.from(one.graph.nodeId, id => 8 * id) } }
    }
  }
  expect((await leaks(captured())).suspects.map(({ headline }) => headline)).toEqual([
    expect.stringMatching(/^Array (?:app\.)?conns\[…\]\.samples/),
  ])
})

/** The contents of that many stores if each gains five per heap. */
const five = (stores: number) =>
  Array.from({ length: 8 }, (_, heap) => Array.from({ length: stores }, () => 5 * heap + 5))

test('if connections are added meanwhile, the existing ones leak', async () => {
  const { uniform } = random(1)
  let stores = Array.from({ length: 60 }, () => 30)
  const heaps = Array.from({ length: 8 }, () => {
    stores = [...stores.map(used => used + poisson(8, uniform)), 0]
    return stores
  })
  expect((await found(heaps)).suspects.map(({ headline }) => headline)).toContainEqual(
    expect.stringMatching(/^Array (?:app\.)?conns\[…\]\.samples .*grows by/),
  )
})

test('tenants of a Map are followed by their keys, although others before them come and go', async () => {
  const buckets = 32
  const captured = async function* (): AsyncGenerator<Heap> {
    for (let heap = 0; heap < 8; heap++) {
      const visitors = Array.from({ length: (7 * heap) % 5 }, (_, at) => ({ key: `visitor ${5 * heap + at}`, used: 3 }))
      const tenants = Array.from({ length: 40 }, (_, at) => ({ key: `tenant ${at}`, used: 5 * (at % 10) + 2 * heap }))
      const all = [...visitors, ...tenants]
      const drawing = `
        root.app = App
        App.tenants = Map 32
        Map{table} = array:table ${8 * (5 + buckets + 6 * buckets)}
        ${all
          .map(({ key, used }, at) => {
            const slot = 3 + buckets + 3 * at
            return `array:table{${slot}} = "${key}" 24
              array:table{${slot + 1}} = Array#${at} 32
              Array#${at}{elements} = array:${at} ${16 + 8 * roomFor(used)}`
          })
          .join('\n')}`
      const held = all.map(({ used }, at): Held => [`Array#${at}`, 'property', 'length', used])
      for await (const one of series([drawing])) yield { ...one, graph: withNumbers(one.graph, drawing, held) }
    }
  }
  expect((await leaks(captured())).suspects.map(({ headline }) => headline)).toEqual([
    expect.stringMatching(/^Array (?:app\.)?tenants\[…\] grows by/),
  ])
})

describe('arrays of objects that are elsewhere, too', () => {
  test('leak if they have the same few of them more and more often', async () => {
    const { suspects } = await found(five(20), (_, place) => ['"get"', '"put"'][place % 2]!)
    expect(suspects.map(({ headline }) => headline)).toEqual([expect.stringMatching(/samples .*grows by/)])
  })

  test('are not considered if each object is in them once', async () => {
    const events = lines(20 * 40, at => `App.events = Events\nEvents[${at}] = Event#${at} 16`)
    const { suspects } = await found(five(20), (store, place) => `Event#${40 * store + place}`, events)
    expect(suspects).toEqual([])
  })
})

describe('typed arrays that are replaced', () => {
  const replaced = (bytes: (store: number, heap: number) => number): Promise<Leaks> => {
    const drawings = Array.from({ length: 8 }, (_, heap) =>
      lines(
        30,
        at => `
          root.app = App
          App.channels = Array#all
          Array#all[${at}] = Channel#${at} 32
          Channel#${at}.data = Float64Array#${at} 64
          Float64Array#${at}.buffer = ArrayBuffer#${at} 96
          ArrayBuffer#${at}{backing_store} = native:'system / JSArrayBufferData'#${at} ${bytes(at, heap)}`,
      ),
    )
    const captured = async function* (): AsyncGenerator<Heap> {
      for (const drawing of drawings)
        for await (const heap of series([drawing])) yield { ...heap, graph: withNumbers(heap.graph, drawing, []) }
    }
    return leaks(captured())
  }

  test('leak if each is a little larger than the one before', async () => {
    const { suspects } = await replaced((store, heap) => 1024 + 64 * heap * (1 + (store % 2)))
    expect(suspects.map(({ headline }) => headline)).toEqual([
      expect.stringMatching(/^\w+ (?:app\.)?channels\[…\]\.data\S* grows by/),
    ])
  })

  test('do not leak if sometimes one and sometimes the other is larger', async () => {
    const { uniform } = random(3)
    expect(verdictOf(await replaced(() => 1024 + Math.round(2048 * uniform())))).toBe('not-leaking')
  })
})
