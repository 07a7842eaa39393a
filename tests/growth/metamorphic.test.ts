import { describe, expect, test } from 'vitest'
import { leaks } from '../../src/growth/leaks.js'
import { verdictOf } from '../../src/growth/verdict.js'
import { random } from './random.js'
import { drawn, lines } from './series.js'

interface Moment {
  readonly sessions: number
  /** Node.js' own timers that come and go. */
  readonly timers?: number
  /** Requests in flight. */
  readonly requests?: number
  /** Whether the first timer's callback is running, so that the store is also reached from there. */
  readonly inCallback?: boolean
}

/** A program with a store of sessions that is never emptied, a catalogue with integer keys, and short-lived objects. */
const program = ({ sessions, timers = 3, requests = 5, inCallback = false }: Moment): string => `
  root.app = App
  App.store = Store 16
  Store.byUser = Map 32
  Map{table} = array:table ${16 * sessions}
  ${lines(sessions, n => `array:table{${3 * n + 3}} = "user-${n}" 24\narray:table{${3 * n + 4}} = Session#${n} 64\nSession#${n}.cart = Cart#${n} 32`)}
  App.catalogue = Object#catalogue 16
  ${lines(200, n => `Object#catalogue[${n}] = Product#${n} 48`)}
  App.timers = Lists
  ${lines(timers, n => `Lists[${500 * n + 100}] = TimersList#${n} 72\nTimersList#${n}._idleNext = Timeout#${n} 120`)}
  App.open = Set
  Set{table} = array:open 64
  ${lines(requests, n => `array:open{${2 * n + 3}} = Request#${n} 64\nRequest#${n}.store = Store`)}
  ${inCallback ? 'root.running = Callback\nCallback.store = Store\nCallback.sessions = Map' : ''}`

/** The lines of a drawing in another order: nodes and edges have other numbers, as after a dictionary was rehashed. */
function shuffled(drawing: string, seed: number): string {
  const { uniform } = random(seed)
  const rows = drawing.split('\n').filter(line => line.trim() !== '')
  for (let at = rows.length - 1; at > 0; at--) {
    const other = Math.floor(uniform() * (at + 1))
    ;[rows[at], rows[other]] = [rows[other]!, rows[at]!]
  }
  return rows.join('\n')
}

async function answer(
  moments: readonly Moment[],
  change: (drawing: string, at: number) => string = drawing => drawing,
) {
  async function* series() {
    for (const [at, moment] of moments.entries()) yield drawn(change(program(moment), at), `session ${at}`)
  }
  const found = await leaks(series())
  const [first] = found.suspects
  return { verdict: verdictOf(found), first: first?.fingerprint, name: first?.holder.name, leaked: first?.leaked.type }
}

const steady: readonly Moment[] = [20, 60, 100, 140, 180, 220].map(sessions => ({ sessions }))

const expected = await answer(steady)

describe('the verdict, the first suspect and its fingerprint do not change', () => {
  test('in the original series', () => {
    expect(expected).toMatchObject({ verdict: 'leaking', name: 'store.byUser', leaked: 'Session' })
  })

  test.each(steady.map((_, at) => at))('when heap %i is left out', async at => {
    expect(await answer(steady.filter((_, other) => other !== at))).toEqual(expected)
  })

  test.each(steady.map((_, at) => at))('when heap %i comes twice', async at => {
    expect(await answer(steady.flatMap((moment, other) => (other === at ? [moment, moment] : [moment])))).toEqual(
      expected,
    )
  })

  test('with unrelated timers that come and go', async () => {
    expect(await answer(steady.map((moment, at) => ({ ...moment, timers: [3, 4, 2, 7, 1, 5][at]! })))).toEqual(expected)
  })

  test.each(steady.map((_, at) => at))('when heap %i is taken in a burst of requests', async burst => {
    expect(await answer(steady.map((moment, at) => ({ ...moment, requests: at === burst ? 400 : 5 })))).toEqual(
      expected,
    )
  })

  // The last heap provides the path that is named, so at most the last but one is an outlier.
  test.each(steady.slice(1).map((_, at) => at))(
    'when heap %i is taken in a callback that holds the store',
    async at => {
      expect(await answer(steady.map((moment, other) => ({ ...moment, inCallback: other === at })))).toEqual(expected)
    },
  )

  test('with every second heap', async () => {
    expect(await answer(steady.map((moment, at) => ({ ...moment, inCallback: at % 2 === 0 })))).toMatchObject({
      verdict: 'leaking',
      leaked: 'Session',
    })
  })

  test('with objects numbered and visited in another order', async () => {
    expect(await answer(steady, (drawing, at) => shuffled(drawing, at))).toEqual(expected)
  })
})

test('without the leak nothing is found, whatever comes and goes', async () => {
  const found = await answer(
    [5, 400, 3, 8, 6, 250].map((requests, at) => ({
      sessions: 100,
      requests,
      timers: [3, 4, 2, 7, 1, 5][at]!,
      inCallback: at === 2,
    })),
  )
  expect(found).toMatchObject({ verdict: 'not-leaking', first: undefined })
})
