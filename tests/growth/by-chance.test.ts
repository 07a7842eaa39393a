import { describe, expect, test } from 'vitest'
import { leaks } from '../../src/growth/leaks.js'
import { verdictOf } from '../../src/growth/verdict.js'
import { random } from './random.js'
import { fromMemory, lines, withIds, withoutIds } from './series.js'

const heaps = 8

/**
 * A cache of a hundred answers, of which `turn` are replaced per heap; `answer` draws one by its number and a size from
 * 0, on average 1.
 */
function cache(seed: number, turn: number, answer: (n: number, size: number) => string): string[] {
  const { uniform } = random(seed)
  const sizes = Array.from({ length: 100 + heaps * turn }, () => -Math.log(1 - uniform()))
  return Array.from({ length: heaps }, (_, at) => {
    const first = at * turn
    const kept = Array.from({ length: 100 }, (_, i) => first + i)
    return `
      root.app = App
      App.answers = Map 32
      Map{table} = array:table 4096
      ${kept.map((n, i) => `array:table{${2 * i}} = "/page/${n}" 24\narray:table{${2 * i + 1}} = ${answer(n, sizes[n]!)}`).join('\n')}`
  })
}

const texts = (n: number, size: number): string => `"text ${n}" ${Math.round(20_000 * size)}`
const buffers = (n: number, size: number): string =>
  `Buffer#${n} 96\nBuffer#${n}{data} = native:data#${n} ${Math.round(20_000 * size)}`
const rows = (n: number, size: number): string =>
  `Answer#${n} 32\nAnswer#${n}.rows = Array#${n} 32\n${lines(Math.round(10 * size), row => `Array#${n}[${row}] = Row#${n}of${row} 48\nRow#${n}of${row}.name = "row ${row} of ${n}" 24`)}`

/** In how many of twelve such caches a suspect is found. */
async function alarms(turn: number, answer: typeof texts, heapsOf: typeof withIds) {
  let found = 0
  for (let seed = 1; seed <= 12; seed++)
    if ((await leaks(heapsOf(cache(seed, turn, answer)))).suspects.length > 0) found++
  return found
}

describe('a cache of a fixed number of answers of different sizes', () => {
  test.each([
    ['texts', 5, texts],
    ['texts', 40, texts],
    ['buffers', 5, buffers],
    ['buffers', 40, buffers],
    ['rows', 5, rows],
    ['rows', 40, rows],
  ])('is no leak: %s, and %i of them are others in the next heap', async (_, turn, answer) => {
    expect(await alarms(turn, answer, fromMemory)).toBe(0)
    expect(await alarms(turn, answer, withIds)).toBe(0)
    expect(await alarms(turn, answer, withoutIds)).toBe(0)
  })
})

test('a cache whose new entries are a little larger is not a leak yet', async () => {
  const { uniform } = random(9)
  const sizes = Array.from({ length: 300 }, (_, n) => Math.round(uniform() * 40_000 + (n < 100 ? 10_000 : 18_500)))
  const caches = Array.from({ length: heaps }, (_, at) => {
    const kept = Array.from({ length: 100 }, (_, i) => (i < 14 * at ? 100 + i : i))
    return `
      root.app = App
      App.pages = Array 32
      ${kept.map((n, i) => `Array[${i}] = "page ${n}" ${sizes[n]}`).join('\n')}`
  })
  expect(await leaks(fromMemory(caches))).toMatchObject({ suspects: [], uncertain: [{}] })
})

test('what stays and gets larger leaks, however different its sizes', async () => {
  const { uniform } = random(3)
  const sizes = Array.from({ length: 30 }, () => Math.round(200_000 * -Math.log(1 - uniform())))
  const routes = Array.from(
    { length: heaps },
    (_, at) => `
      root.app = App
      App.samples = Map 32
      Map{table} = array:table 4096
      ${lines(30, n => `array:table{${2 * n}} = "/route/${n}" 24\narray:table{${2 * n + 1}} = Array#${n} 32\nArray#${n}{elements} = array:samples#${n} ${Math.round(sizes[n]! * (1 + 0.02 * at))}`)}`,
  )
  const found = await leaks(fromMemory(routes))
  expect(found).toMatchObject({ suspects: [{ leaked: { type: 'Array', count: 0 } }] })
})

test('a few tenants with most entries of logs that are never cut', async () => {
  const { uniform } = random(5)
  const shares = Array.from({ length: 20 }, () => -Math.log(1 - uniform()))
  const tenants = Array.from(
    { length: heaps },
    (_, at) => `
      root.app = App
      App.tenants = Map 32
      Map{table} = array:table 4096
      ${lines(20, n => `array:table{${n}} = Tenant#${n} 32\nTenant#${n}.log = Array#${n} 32\n${lines(Math.round(shares[n]! * (100 + at)), row => `Array#${n}[${row}] = Entry#${n}of${row} 48`)}`)}`,
  )
  const found = await leaks(fromMemory(tenants))
  expect(found.suspects).toMatchObject([{ leaked: { type: 'Entry' } }])
})

test('growing texts have more parts, but are not more texts', async () => {
  const store = (whole: number, inParts: number): string => `
    root.app = App
    App.skus = Array 32
    ${lines(whole, n => `Array[${n}] = "user-9999-${n}" 32`)}
    ${lines(inParts, n => `Array[${whole + n}] = concatenated-string:sku${n} 32\nconcatenated-string:sku${n}{first} = "user-10000-" 32\nconcatenated-string:sku${n}{second} = "${n}" 24`)}`
  const replaced = [0, 1, 2, 3, 4].map(at => store(3000 - 700 * at, 700 * at))
  const found = await leaks(fromMemory(replaced))
  expect(verdictOf(found)).toBe('not-leaking')
  // More of them is still a leak.
  const added = [0, 1, 2, 3, 4].map(at => store(300, 300 * at))
  expect((await leaks(fromMemory(added))).suspects).toMatchObject([{ leaked: { count: 1200 } }])
})

test('a text that is appended to has more and more parts', async () => {
  const log = (parts: number): string => `
    root.app = App
    App.log = concatenated-string:part0 32
    ${lines(parts, n => `concatenated-string:part${n}{first} = concatenated-string:part${n + 1} 32\nconcatenated-string:part${n}{second} = "line ${n}" 48`)}`
  /** What is appended is joined from parts, too: `${n} ${text}`. */
  const inParts = (parts: number): string => `
    root.app = App
    App.log = concatenated-string:whole0 32
    ${lines(parts, n => `concatenated-string:whole${n}{first} = concatenated-string:whole${n + 1} 32\nconcatenated-string:whole${n}{second} = concatenated-string:line${n} 32\nconcatenated-string:line${n}{first} = concatenated-string:begin${n} 32\nconcatenated-string:begin${n}{first} = "line" 24\nconcatenated-string:begin${n}{second} = "${n}" 24\nconcatenated-string:line${n}{second} = "of ${n}" 48`)}`
  for (const drawn of [log, inParts]) {
    const found = await leaks(fromMemory([100, 140, 180, 220, 260].map(drawn)))
    expect(found.suspects).toMatchObject([{ leaked: { count: 0 } }])
    expect(found.suspects[0]!.headline).toMatch(/^String log grows by /)
  }
})

test('what is emptied and refilled with others is not a leak, whatever its length when captured', async () => {
  const lengths = [10, 40, 70, 100, 130]
  const emptied = lengths.map(
    (length, at) => `
    root.app = App
    App.log = Array 32
    ${lines(length, n => `Array[${n}] = "line ${n} of ${at}" 48`)}`,
  )
  expect(await leaks(fromMemory(emptied))).toMatchObject({ suspects: [], uncertain: [{ leaked: { count: 120 } }] })
  // V8 moves young objects: a moved object is identified by its texts.
  const moved = lengths.map(
    (length, at) => `
    root.app = App
    App.jobs = Array 32
    ${lines(length, n => `Array[${n}] = Job#${n}at${at} 48\nJob#${n}at${at}.name = "job ${n}" 24`)}`,
  )
  expect((await leaks(fromMemory(moved))).suspects).toMatchObject([{ leaked: { type: 'Job', count: 120 } }])
})

/** The capture times: the interval of the rounds, with a deviation of up to a quarter. */
const even = [0, 1, 2, 3, 4, 5, 6, 7]
const uneven = [0, 0.8, 2.2, 2.9, 4.2, 4.8, 6.2, 7]

describe('a registry whose entries are all replaced, including their texts', () => {
  const registry = (at: readonly number[]): string[] =>
    at.map(
      (moment, heap) => `
      root.app = App
      App.devices = Array 32
      ${lines(300 + Math.round(50 * moment), n => `Array[${n}] = Device#${n}of${heap} 48\nDevice#${n}of${heap}.seen = "device ${n} at ${heap}" 24`)}`,
    )

  test('leaks if more are added', async () => {
    const found = await leaks(fromMemory(registry(uneven)), 1, () => uneven)
    expect(found.suspects).toMatchObject([{ leaked: { type: 'Device' } }])
  })

  test('may be a list that is emptied, if the heaps are captured at the same interval', async () => {
    const found = await leaks(fromMemory(registry(even)), 1, () => even)
    expect(found).toMatchObject({ suspects: [], uncertain: [{ leaked: { type: 'Device' } }] })
  })
})

describe('a queue whose jobs all come and go', () => {
  const queue = (lengths: readonly number[]): string[] =>
    lengths.map(
      (length, heap) => `
      root.app = App
      App.queue = Array 32
      ${lines(length, n => `Array[${n}] = "job ${n} of ${heap}" 48`)}`,
    )
  const lengths = [100, 138, 182, 196, 251, 270, 310, 345, 401, 430, 452, 520]
  const moments = lengths.map((_, at) => at + 0.4 * ((0.618 * at) % 1))

  test('leaks if it is served more slowly than it fills, in twelve heaps', async () => {
    const first = await leaks(fromMemory(queue(lengths.slice(0, 8))), 1, () => moments.slice(0, 8))
    expect(first).toMatchObject({ suspects: [], uncertain: [{}] })
    expect((await leaks(fromMemory(queue(lengths)), 1, () => moments)).suspects).toHaveLength(1)
  })

  test('may be busy for a while if it was empty in the earlier half', async () => {
    const busy = [0, 0, 0, 0, 59, 64, 120, 238]
    expect(await leaks(fromMemory(queue(busy)), 1, () => moments.slice(0, 8))).toMatchObject({
      suspects: [],
      uncertain: [{}],
    })
  })

  test('may have been emptied if it fell back, even in the last two heaps, which might be outliers', async () => {
    const emptied = [...lengths.slice(0, 10), 20, 60]
    expect((await leaks(fromMemory(queue(emptied)), 1, () => moments)).suspects).toEqual([])
    const withoutTexts = emptied.map(
      (length, at) => `
      root.app = App
      App.jobs = Array 32
      ${lines(length, n => `Array[${n}] = Job#${n}of${at < 10 ? 0 : 1} 48`)}`,
    )
    expect(verdictOf(await leaks(fromMemory(withoutTexts), 1, () => moments))).toBe('inconclusive')
  })
})

test('a few more each time, of many that are all replaced, are a leak: turnover is not a straight line', async () => {
  const store = even.map(
    at => `
    root.app = App
    App.store = Array 32
    ${lines(2000 + 10 * at, n => `Array[${n}] = Entry#${n}of${at} 48`)}`,
  )
  expect((await leaks(fromMemory(store))).suspects).toMatchObject([{ leaked: { type: 'Entry', count: 70 } }])
})

test('an object at the same address stays, even if its texts change', async () => {
  const devices = [10, 40, 70, 100, 130].map(
    (length, at) => `
    root.app = App
    App.devices = Array 32
    ${lines(length, n => `Array[${n}] = Device#${n} 48\nDevice#${n}.seen = "device ${n} at ${at}" 24`)}`,
  )
  expect((await leaks(fromMemory(devices))).suspects).toMatchObject([{ leaked: { type: 'Device', count: 120 } }])
})

test('texts that V8 joins when they are read are not larger', async () => {
  const bodies = (read: number): string => `
    root.app = App
    App.bodies = Array 32
    ${lines(100, n =>
      n < read
        ? `Array[${n}] = "body ${n}" 8192`
        : `Array[${n}] = concatenated-string:body${n} 32\nconcatenated-string:body${n}{first} = "start of ${n}" 4096\nconcatenated-string:body${n}{second} = "end of ${n}" 4096`,
    )}`
  const found = await leaks(fromMemory([10, 30, 50, 70, 90].map(bodies)))
  expect(verdictOf(found)).toBe('not-leaking')
})

test('buffers that come and go may be a few more by chance', async () => {
  const buffers = (from: number, to: number): string => `
    root.app = App
    App.pages = Map 32
    Map{table} = array:table 4096
    ${lines(to - from, n => `array:table{${n}} = Buffer#${n} 96\nBuffer#${n}{data} = native:data#${n} ${20_000 + n}`, from)}`
  const pages = [0, 1, 2, 3, 4].map(at => buffers(200 * at, 200 * at + 190 + at))
  expect((await leaks(fromMemory(pages))).suspects).toEqual([])
})

test('the table of a WeakMap is as large as its live keys need; the others wait for a garbage collection', async () => {
  const metadata = (alive: number, size: number): string => `
    root.app = App
    App.metadata = WeakMap 32
    WeakMap{table} = array:table ${size}
    ${lines(alive, n => `array:table~${n} = Request#${n} 48`)}
    ${lines(alive, n => `App."request ${n}" = Request#${n}`)}`
  const sizes = [0, 1, 2, 3, 4, 5, 6, 7].map(at => 40_000 + 40_000 * at)
  expect(verdictOf(await leaks(fromMemory(sizes.map(size => metadata(10, size)))))).toBe('not-leaking')
})
