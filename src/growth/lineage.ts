import type { Ledger } from './ledger.js'

/** What the ledgers of a series say together about the objects of the last heap, told apart by their ids. */
export interface Lineage {
  readonly heaps: number
  /** By entry of the last ledger: the first heap from which on the object was in every heap. 0: older than the series. */
  readonly birth: Uint8Array
  /** By entry: the closest dominator that is older than the series, itself if it is: where what was born since accumulates. */
  readonly anchor: Uint32Array
  /** By heap, by entry: for anchors, the bytes they keep and no anchor below them does. They add up to the whole heap. */
  readonly kept: readonly Float64Array[]
  /** By heap, by entry: for anchors, the objects those bytes are. */
  readonly objects: readonly Uint32Array[]
  /** By heap, by entry: for anchors, how many of those bytes were no longer there in the last heap. */
  readonly gone: readonly Float64Array[]
  /** Share of the ids two heaps have in common that name something of another type: 0 where ids may be trusted. */
  readonly mistaken: number
  /** Share of the first heap's objects that are still there in the last. */
  readonly surviving: number
}

/** Joins the ledgers of a series by object id, or by what stands in for it. */
export function lineage(earlier: readonly Ledger[], last: Ledger, by: 'id' | 'heldId'): Lineage {
  const count = last.id.length
  const find = finder(last[by])
  const heaps = earlier.length + 1
  // counted down from the last heap: an id that was missing once and came back is another object
  const birth = new Uint8Array(count).fill(heaps - 1)
  let common = 0
  let mistaken = 0
  let surviving = 0
  for (let heap = heaps - 2; heap >= 0; heap--) {
    const { [by]: id, likeness } = earlier[heap]!
    for (let entry = 0; entry < id.length; entry++) {
      const found = find(id[entry]!)
      if (found === undefined) continue
      common++
      if (heap === 0) surviving++
      if (last.likeness[found] !== likeness[entry]) mistaken++
      else if (birth[found] === heap + 1) birth[found] = heap
    }
  }
  birth[0] = 0

  const books = [...earlier, last].map(book => anchored(book, book[by], find, birth, count))
  return {
    heaps,
    birth,
    anchor: books.at(-1)!.anchor,
    kept: books.map(book => book.kept),
    objects: books.map(book => book.objects),
    gone: books.map(book => book.gone),
    mistaken: common === 0 ? 1 : mistaken / common,
    surviving: earlier.length === 0 ? 1 : surviving / earlier[0]!.id.length,
  }
}

interface Anchored {
  readonly anchor: Uint32Array
  readonly kept: Float64Array
  readonly objects: Uint32Array
  readonly gone: Float64Array
}

function anchored(
  { holder, bytes }: Ledger,
  id: Uint32Array,
  find: (id: number) => number | undefined,
  birth: Uint8Array,
  count: number,
): Anchored {
  const anchor = new Uint32Array(id.length)
  const kept = new Float64Array(count)
  const objects = new Uint32Array(count)
  const gone = new Float64Array(count)
  for (let entry = 0; entry < id.length; entry++) {
    const found = entry === 0 ? 0 : find(id[entry]!)
    const own = found !== undefined && birth[found] === 0
    const at = own ? found : anchor[holder[entry]!]!
    anchor[entry] = at
    kept[at]! += bytes[entry]!
    if (own) continue
    objects[at]!++
    if (found === undefined) gone[at]! += bytes[entry]!
  }
  return { anchor, kept, objects, gone }
}

/** Looks ids up: an open-addressing table, since a Map of millions would weigh more than the ledger. */
function finder(ids: Uint32Array): (id: number) => number | undefined {
  let size = 16
  while (size < 2 * ids.length) size *= 2
  // 0 is no object's id, so entries are kept plus one.
  const table = new Uint32Array(size)
  const start = (id: number): number => (Math.imul(id, 0x9e3779b1) >>> 0) & (size - 1)
  for (let entry = 0; entry < ids.length; entry++) {
    let at = start(ids[entry]!)
    while (table[at] !== 0) at = (at + 1) & (size - 1)
    table[at] = entry + 1
  }
  return id => {
    let at = start(id)
    for (;;) {
      const entry = table[at]!
      if (entry === 0) return undefined
      if (ids[entry - 1] === id) return entry - 1
      at = (at + 1) & (size - 1)
    }
  }
}
