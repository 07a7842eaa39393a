import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LeakscopeError } from '../../src/errors.js'
import { openMemoryDump } from '../../src/memory/open.js'
import { untold } from '../../src/task.js'
import { chunked, plain } from '../snapshot/bytes.js'
import { runs } from '../support/runs.js'
import { aProgram } from './a-program.js'
import { dumpOf } from './dumps.js'

const { bytes: sound, borders } = dumpOf(aProgram)

/** The contents of a dump, read in parts of these lengths; or the error. */
const outcome = (bytes: Uint8Array, lengths: readonly number[]): Promise<unknown> =>
  openMemoryDump(chunked(bytes, lengths), untold).then(
    ({ graph }) => plain(graph),
    error => error,
  )

const lengths = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 })
const whole = [2 ** 20]

test('in parts of any length it is the same', async () => {
  const said = await outcome(sound, whole)
  expect(said).not.toBeInstanceOf(Error)
  await fc.assert(
    fc.asyncProperty(lengths, async parts => {
      expect(await outcome(sound, parts)).toEqual(said)
    }),
    { numRuns: runs(100) },
  )
  expect(await outcome(sound, [1])).toEqual(said)
})

test('output before the dump is skipped', async () => {
  const said = await outcome(sound, whole)
  const words = Buffer.from('(node:7) Warning: something\n')
  expect(await outcome(Buffer.concat([words, sound]), [13])).toEqual(said)
})

/** A position where a record begins, or any position. */
const place = fc
  .oneof(
    fc.tuple(fc.constantFrom(...borders), fc.integer({ min: -6, max: 12 })).map(([at, by]) => at + by),
    fc.nat(sound.length - 1),
  )
  .map(at => Math.min(Math.max(at, 0), sound.length - 1))

const numbers = [0, 1, 2, 3, 7, 11, 63, 127].map(value => Buffer.of(value))
const large = [
  'ff01',
  'ffff7f',
  'ffffffff0f',
  'ffffffffffffff0f',
  'ffffffffffffffffffff',
  'ffffffffffffffffffffffff01',
  '0bffffffff7f',
].map(hex => Buffer.from(hex, 'hex'))

const damaged: fc.Arbitrary<Buffer> = fc
  .array(
    fc.oneof(
      place.map(at => (bytes: Buffer) => bytes.subarray(0, at)),
      fc.tuple(place, fc.nat(7)).map(([at, bit]) => (bytes: Buffer) => {
        const flipped = Buffer.from(bytes)
        if (at < bytes.length) flipped[at]! ^= 1 << bit
        return flipped
      }),
      fc.tuple(place, fc.nat(3), fc.constantFrom(...numbers, ...large)).map(
        ([at, length, piece]) =>
          (bytes: Buffer) =>
            Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + length)]),
      ),
      fc.tuple(place, fc.nat(60)).map(
        ([at, length]) =>
          (bytes: Buffer) =>
            Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]),
      ),
      fc.tuple(place, fc.nat(60)).map(
        ([at, length]) =>
          (bytes: Buffer) =>
            Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]),
      ),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map(damages => damages.reduce((bytes, damage) => damage(bytes), sound))

test('with any damage it is refused, or is a consistent heap, the same in any parts', async () => {
  let refused = 0
  let taken = 0
  await fc.assert(
    fc.asyncProperty(damaged, lengths, async (bytes, parts) => {
      const said = await outcome(bytes, whole)
      const inParts = await outcome(bytes, parts)
      if (said instanceof Error) {
        refused++
        expect(said).toBeInstanceOf(LeakscopeError)
        expect(['BAD_SNAPSHOT', 'CAPTURE']).toContain((said as LeakscopeError).code)
        expect(said).toMatchObject({ hint: expect.stringMatching(/\.$/) })
        expect(inParts).toBeInstanceOf(LeakscopeError)
        expect(inParts).toMatchObject({ code: (said as LeakscopeError).code })
      } else {
        taken++
        expect(inParts).toEqual(said)
      }
    }),
    { numRuns: runs(1000) },
  )
  expect(refused).toBeGreaterThan(runs(1000) / 2)
  expect(taken).toBeGreaterThan(0)
})

test('truncated anywhere it is refused', async () => {
  for (let length = 0; length < sound.length - 1; length += 1 + (length % 23)) {
    expect(await outcome(sound.subarray(0, length), [101])).toMatchObject({ code: 'BAD_SNAPSHOT' })
  }
})

test('an endlessly repeated value takes no memory', async () => {
  const { bytes } = dumpOf({
    ...aProgram,
    // The last, as it extends far beyond its chunk.
    objects: [
      ...aProgram.objects.filter(({ name }) => name !== 'manyStore'),
      {
        name: 'manyStore',
        map: 'fixedArrayMap',
        words: 2 ** 27,
        slots: [2 ** 27 - 2, 'other', { again: 2 ** 27 - 3 }],
      },
    ],
  })
  const before = process.memoryUsage.rss()
  expect(await outcome(bytes, whole)).not.toBeInstanceOf(Error)
  expect(process.memoryUsage.rss() - before).toBeLessThan(600 * 2 ** 20)
})

test('the reason why a process failed in the middle is reported', async () => {
  const torn = Buffer.concat([
    sound.subarray(0, borders[20]),
    Buffer.from('\nLSTORN X', 'latin1'),
    ...[JSON.stringify({ fault: 'SIGSEGV', message: 'it faulted while it wrote' })].map(text =>
      Buffer.concat([Buffer.of(text.length), Buffer.from(text)]),
    ),
  ])
  expect(await outcome(torn, [50])).toMatchObject({
    code: 'CAPTURE',
    message: expect.stringContaining('it faulted while it wrote'),
  })
})
