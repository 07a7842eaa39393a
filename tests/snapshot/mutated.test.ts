import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LeakscopeError } from '../../src/errors.js'
import { readSnapshotNodes } from '../../src/snapshot/read.js'
import { sourceOf } from '../../src/snapshot/source.js'
import { untold } from '../../src/task.js'
import { draw } from '../draw.js'
import { runs } from '../support/runs.js'
import { chunked, plain, read, written } from './bytes.js'
import { definition } from './definition.js'

// Long enough that most rows are far from the end of a chunk, so the fast path reads them.
const { graph } = draw(
  Array.from(
    { length: 70 },
    (_, at) => `
      root.s${at} = Session#${at} ${at % 9 === 0 ? 5_000_000_000 + at : 7 ** (at % 10)} ${at % 3 === 0 ? `at 12:${at}:4` : ''}
      Session#${at}[${at % 8 === 0 ? 4_294_967_290 : 3 * at}] = "text ${at} \\"quoted\\" \\u2603 \\ud83d\\ude00" 16
      Session#${at}~near = Session#${(at * 31) % 70} ${at % 20 === 0 ? 'detached' : ''}
    `,
  ).join('\n'),
)
const traced = { ...graph, traceNode: Uint32Array.from({ length: graph.nodeCount }, (_, at) => at % 2) }
const texts = [graph, traced].flatMap(graph =>
  // As V8 writes rows up to Node.js 22, after it, and as nobody does.
  ['\n,', ',', ' ,\t'].map(style => written(graph).replaceAll(',\n', style)),
)

/** The contents of the text, read in chunks of these lengths; or the error. */
const outcome = (text: string, lengths: readonly number[]): Promise<unknown> =>
  read(text, lengths).then(
    ({ graph }) => plain(graph),
    error => error,
  )

const whole = [2 ** 20]
/** So short that the fast path is never used. */
const slowly = [300]

test.each(texts.map((text, at) => [at, text] as const))(
  'written as %i: what it says, fast and slowly',
  async (_, text) => {
    const said = definition(text)
    expect(await outcome(text, whole)).toMatchObject(said!)
    expect(await outcome(text, slowly)).toMatchObject(said!)
  },
)

/** A position at a border, or any position. */
const place = (text: string): fc.Arbitrary<number> => {
  const borders = [...text.matchAll(/"\w+":|[[\]{}]/g)].map(({ index }) => index)
  const nearBorder = fc.tuple(fc.constantFrom(...borders), fc.integer({ min: -20, max: 20 })).map(([at, by]) => at + by)
  return fc.oneof(nearBorder, fc.nat(text.length)).map(at => Math.min(Math.max(at, 0), text.length))
}

const pieces =
  '0 1 7 10 999 4294967295 4294967296 9007199254740993 -1 1.5 1e9 , ,, [ ] { } " \\ \\u12 \\ud83d \n null'.split(' ')

/** A valid text, damaged in one to three places. */
const damaged: fc.Arbitrary<string> = fc.constantFrom(...texts).chain(text => {
  const cut = place(text).map(at => (text: string) => text.slice(0, at))
  const flip = fc.tuple(place(text), fc.integer({ min: 0, max: 7 })).map(([at, bit]) => (text: string) => {
    const byte = String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << bit))
    return text.slice(0, at) + byte + text.slice(at + 1)
  })
  const replace = fc.tuple(place(text), fc.nat(3), fc.constantFrom(...pieces)).map(
    ([at, length, piece]) =>
      (text: string) =>
        text.slice(0, at) + piece + text.slice(at + length),
  )
  const drop = fc.tuple(place(text), fc.nat(600)).map(
    ([at, length]) =>
      (text: string) =>
        text.slice(0, at) + text.slice(at + length),
  )
  const repeat = fc.tuple(place(text), fc.nat(600)).map(
    ([at, length]) =>
      (text: string) =>
        text.slice(0, at + length) + text.slice(at),
  )
  const damage = fc.oneof(
    { weight: 1, arbitrary: cut },
    ...[flip, replace, drop, repeat].map(arbitrary => ({ weight: 3, arbitrary })),
  )
  return fc.array(damage, { minLength: 1, maxLength: 3 }).map(damages => damages.reduce((text, one) => one(text), text))
})

/** Whether a long number is too large or has no end depends on where a chunk ends. */
const told = ({ message }: Error): string =>
  message.replace(/^.*number (without end|greater than any).*$/, 'a number too great')

test('with any damage, the fast and the slow path refuse it or read the same', async () => {
  let refused = 0
  let taken = 0
  await fc.assert(
    fc.asyncProperty(
      damaged,
      fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 }),
      async (text, lengths) => {
        const fast = await outcome(text, whole)
        for (const other of [await outcome(text, slowly), await outcome(text, lengths)]) {
          if (fast instanceof Error) expect(told(other as Error)).toBe(told(fast))
          else expect(other).toEqual(fast)
        }
        if (fast instanceof Error) {
          refused++
          expect(fast).toBeInstanceOf(LeakscopeError)
          expect(fast).toMatchObject({ code: 'BAD_SNAPSHOT', hint: expect.stringMatching(/\.$/) })
          return
        }
        taken++
        const said = definition(text)
        if (said !== undefined) expect(fast).toMatchObject(said)
      },
    ),
    { numRuns: runs(1500) },
  )
  // Both happen often: a text inside a string or a number may be replaced by another.
  expect(refused).toBeGreaterThan(runs(1500) / 8)
  expect(taken).toBeGreaterThan(runs(1500) / 30)
})

test('the nodes alone equal those of the whole heap, and are refused only if it is', async () => {
  await fc.assert(
    fc.asyncProperty(damaged, async text => {
      const all = await outcome(text, whole)
      const bytes = Buffer.from(text)
      const nodes = await readSnapshotNodes(sourceOf(chunked(bytes, whole)), untold).catch(
        (error: unknown) => error as Error,
      )
      if (nodes instanceof Error) {
        expect(nodes).toMatchObject({ code: 'BAD_SNAPSHOT' })
        expect(all).toBeInstanceOf(LeakscopeError)
      } else if (!(all instanceof Error)) {
        expect(all).toMatchObject({ ...nodes.graph, strings: expect.anything() })
        expect(nodes.graph).not.toHaveProperty('edgeTo')
      }
    }),
    { numRuns: runs(500) },
  )
})
