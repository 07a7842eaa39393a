import type { Heap } from '../../src/heap/heap.js'
import { scriptsIn } from '../../src/heap/v8/scripts.js'
import { placesOf } from '../../src/sources/scripts.js'
import { draw } from '../draw.js'

/**
 * The repeated objects of a heap: `3` for those numbered 0, 1 and 2, and `[2, 4]` for those numbered 2 and 3, if earlier ones are gone.
 */
export type Span = number | readonly [from: number, to: number]

/**
 * One drawing of a growing heap, and the repeated objects of each heap of the series:
 *
 *     growing(
 *       `root.app = App
 *        App.sessions = Array
 *        Array[$n] = Session#$n 64`,
 *       10, 20, 30)
 *
 * A line with `$n` is drawn once for each number of the heap, along with adjacent such lines. `$n-1` is the previous number, so its line
 * starts with the second; `$3n+1` is an expression. `$i` counts from 0 in every heap; `$last` is the last number. The same word has the
 * same object id in all heaps, as in one process.
 */
export const growing = (picture: string, ...spans: readonly Span[]): AsyncGenerator<Heap> =>
  pictured(picture, spans, { session: () => 'one', idOf: onePerWord() })

/** The same from files without a known process. */
export const growingUnsaid = (picture: string, ...spans: readonly Span[]): AsyncGenerator<Heap> =>
  pictured(picture, spans, { session: () => null, idOf: onePerWord() })

/** The same, with a restart before each heap: object ids differ from heap to heap. */
export const restarted = (picture: string, ...spans: readonly Span[]): AsyncGenerator<Heap> =>
  pictured(picture, spans, { session: at => `session ${at}`, idOf: undefined })

const noNumbers = {
  node: new Uint32Array(),
  type: new Uint8Array(),
  name: new Uint32Array(),
  value: new Float64Array(),
}

/** Heaps as read from memory: without comparable ids, and with the same address for the same word in all. */
export async function* fromMemory(drawings: readonly string[]): AsyncGenerator<Heap> {
  const idOf = onePerWord()
  for (const [at, drawing] of drawings.entries()) {
    const { graph, ...rest } = drawn(drawing, `session ${at}`, idOf)
    const address = Float64Array.from(graph.nodeId, id => 8 * id)
    yield { ...rest, graph: { ...graph, address, numbers: noNumbers } }
  }
}

/** Heaps of different processes: nothing identifies the objects of two heaps. */
export async function* withoutIds(drawings: readonly string[]): AsyncGenerator<Heap> {
  for (const [at, drawing] of drawings.entries()) yield drawn(drawing, `session ${at}`)
}

/** Heaps of one session, with the same id for the same word in all. */
export async function* withIds(drawings: readonly string[]): AsyncGenerator<Heap> {
  const idOf = onePerWord()
  for (const drawing of drawings) yield drawn(drawing, 'one', idOf)
}

async function* pictured(
  picture: string,
  spans: readonly Span[],
  { session, idOf }: { session: (at: number) => string | null; idOf: ((word: string) => number) | undefined },
): AsyncGenerator<Heap> {
  for (const [at, span] of spans.entries()) {
    yield drawn(withNumbers(picture, span), session(at), idOf ?? onePerWord(1001 + 700 * at))
  }
}

/** Above the ids that a drawing sets. */
function onePerWord(first = 1001): (word: string) => number {
  const ids = new Map([['root', 1]])
  return word => {
    const id = ids.get(word) ?? first + 2 * ids.size
    ids.set(word, id)
    return id
  }
}

/** The lines of a drawing, with `$n` and `$last` replaced by their numbers. */
function withNumbers(picture: string, span: Span): string {
  const [from, to] = typeof span === 'number' ? [0, span] : span
  const reckoned = (row: string, n: number): string =>
    row.replaceAll(/\$(\d*)(n|i|last)([+-]\d+)?/g, (_, times, word, more) =>
      String(Number(times || 1) * { n, i: n - from, last: to - 1 }[word as 'n' | 'i' | 'last'] + Number(more ?? 0)),
    )
  const rows = picture.split('\n')
  const found: string[] = []
  for (let at = 0; at < rows.length; ) {
    let end = at
    while (end < rows.length && recurs(rows[end]!)) end++
    for (let n = from; n < to; n++) {
      for (const row of rows.slice(at, end)) if (n > from || !row.includes('$n-1')) found.push(reckoned(row, n))
    }
    if (end === at) found.push(reckoned(rows[end++]!, from))
    at = end
  }
  return found.join('\n')
}

const recurs = (row: string): boolean => /\$\d*n/.test(row)

/** Draws heaps one after the other, of one session by default. Words that recur need their id: `@7`. */
export async function* series(drawings: readonly string[], session: string | null = 'one'): AsyncGenerator<Heap> {
  for (const drawing of drawings) yield drawn(drawing, session)
}

export function drawn(drawing: string, session: string | null, idOf?: (word: string) => number): Heap {
  const { graph } = draw(drawing, idOf)
  return {
    graph,
    origin: { path: null, pid: 1, nodeVersion: null, capturedAt: null, session },
    places: placesOf(() => scriptsIn(graph)),
    bytes: 0,
  }
}

/** `times` lines of a drawing, each from its number. */
export const lines = (times: number, line: (n: number) => string, from = 0): string =>
  Array.from({ length: times }, (_, at) => line(from + at)).join('\n')
