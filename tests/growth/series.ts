import type { Heap } from '../../src/heap/heap.js'
import { scriptsIn } from '../../src/heap/v8/scripts.js'
import { placesOf } from '../../src/sources/scripts.js'
import { draw } from '../draw.js'

/** Heaps drawn one after the other, as of one unbroken session unless told otherwise. Words that recur need their id said: `@7`. */
export async function* series(drawings: readonly string[], session: string | null = 'one'): AsyncGenerator<Heap> {
  for (const drawing of drawings) yield drawn(drawing, session)
}

export function drawn(drawing: string, session: string | null): Heap {
  const { graph } = draw(drawing)
  return {
    graph,
    origin: { path: null, pid: 1, nodeVersion: null, capturedAt: null, session },
    places: placesOf(() => scriptsIn(graph)),
    bytes: 0,
  }
}

/** `times` lines of a drawing, each made from its number. */
export const lines = (times: number, line: (n: number) => string, from = 0): string =>
  Array.from({ length: times }, (_, at) => line(from + at)).join('\n')
