import { type EdgeIndex, type HeapGraph, isNumbered, type NodeIndex } from '../graph/heap-graph.js'
import { stringMask } from '../graph/node-type-mask.js'
import { reader } from '../graph/strings.js'
import { entryAt, type HashTable, hashTable, keyBefore, numberKey } from '../heap/v8/collections.js'
import { textOf } from '../heap/v8/text.js'
import { noEdge, type Signatures } from './signatures.js'
import type { Stores } from './stores.js'
import { draws, middleOf, scattered } from './turnover.js'
import { hash } from './type-hash.js'

/** A sample of the stores of one heap: the number of entries by signature and by the key that identifies a store. */
export type StoreSample = ReadonlyMap<number, ReadonlyMap<number, number>>

/** The approximate sample size per signature. */
const most = 200
/** Up to this many stores per signature, complete paths are used. */
const maxPaths = 2000

/**
 * A sample of the stores of a heap. A store is identified over the series by its path with indexes and keys,
 * `connections[17].samples`, since V8 moves young objects; if a signature has thousands, by the address of its object.
 * The sample is chosen by hash, so that all heaps sample the same stores. A pass over the stores, and a few steps for
 * each.
 */
export function storeSample(graph: HeapGraph, paths: Signatures, signatures: number, stores: Stores): StoreSample {
  const { of, from } = paths
  const count = new Uint32Array(signatures)
  for (let at = 0; at < stores.node.length; at++) count[of[stores.node[at]!]!]!++
  const byPath = pathKey(graph, paths)
  const taken = new Map<number, Map<number, number>>()
  for (let at = 0; at < stores.node.length; at++) {
    const store = stores.node[at]!
    const signature = of[store]!
    if (signature === 0) continue
    const all = count[signature]!
    const owner = from[store]!
    const key = all <= maxPaths ? byPath(owner) : graph.address?.[owner]
    if (key === undefined || (all > most && scattered(key) >= (most / all) * draws)) continue
    let own = taken.get(signature)
    if (own === undefined) {
      own = new Map()
      taken.set(signature, own)
    }
    own.set(key, (own.get(key) ?? 0) + stores.used[at]!)
  }
  return taken
}

/** Beyond this many steps up, paths are mostly the same. */
const farthest = 24
/** The number of characters of a key that are read. */
const characters = 64

/** A hash of an object's path: its indexes, names and keys, up to the anchor. */
function pathKey(graph: HeapGraph, { from, edge }: Signatures): (node: NodeIndex) => number {
  const ofName = new Map<number, number>()
  const isTableName = reader(graph.strings, 'table')
  const isTable = (node: NodeIndex): boolean => {
    const by = edge[node]!
    return by !== noEdge && !isNumbered(graph, by) && isTableName(graph.edgeName[by]!)
  }
  const wordOf = (by: EdgeIndex, above: NodeIndex): number => {
    const layout = isTable(above) ? hashTable(graph, above) : undefined
    const key = layout && keyOf(layout, above, by)
    if (key !== undefined) return key
    const name = graph.edgeName[by]!
    if (isNumbered(graph, by)) return name
    let word = ofName.get(name)
    if (word === undefined) {
      word = hash(graph.strings.at(name))
      ofName.set(name, word)
    }
    return word
  }
  /**
   * The string or number key in a Map; for other keys, the position among the entries, whatever the size of the table.
   */
  const keyOf = (layout: HashTable, table: NodeIndex, by: EdgeIndex): number | undefined => {
    const at = entryAt(graph, layout, by)
    if (at === undefined || layout.of === 'set' || at.part === 'key') return at?.entry
    const before = keyBefore(graph, table, by)
    if (before === undefined) return numberKey(graph, layout, table, at.entry) ?? at.entry
    const text = stringMask[graph.nodeType[before]!] === 1 ? textOf(graph, before, characters) : undefined
    return text === undefined ? at.entry : hash(text)
  }
  return node => {
    let key = 0
    for (let at = node, steps = 0; steps < farthest && from[at] !== at; steps++) {
      key = scattered(key * 31 + wordOf(edge[at]!, from[at]!))
      at = from[at]!
    }
    return key
  }
}

/** The history of the individual stores of one signature, as far as known. */
export interface StoresOverTime {
  /** The number of stores with a known history. */
  readonly known: number
  /** The mean number of entries. */
  readonly mean: number
  /** The mean variance of the number of entries of one store, in entries squared. */
  readonly variance: number
  /** The share of the entries gained by the middle of the series that may still be there. */
  readonly stayed: number
  /**
   * Whether some have long been full at the same number of entries and none has more: the others may fill up to that
   * number.
   */
  readonly areBounded: boolean
}

export interface StoreHistory {
  /** `undefined` if most stores of the signature did not exist throughout the series. */
  of(signature: number): StoresOverTime | undefined
}

/** The share of the gain by the middle of the series that must still be there at its end. */
export const mustStay = 0.25

/** The share of the sample that must be found in both a heap and the last one. */
const mostly = 0.5
/** The minimum number of full stores that is not chance. */
const minFull = 3

/** Follows stores over a series of heaps, from the samples of each. */
export function storeHistory(samples: readonly StoreSample[]): StoreHistory {
  const last = samples.at(-1)
  const middle = middleOf(samples.length)
  return {
    of(signature) {
      const now = last?.get(signature)
      if (now === undefined) return undefined
      const columns = samples.map(sample => sample.get(signature))
      const variances = columns.slice(0, middle + 1).flatMap(before => {
        const both = before === undefined ? [] : [...now].filter(([place]) => before.has(place))
        if (both.length < mostly * now.size) return []
        const lost = both.reduce((sum, [place, used]) => sum + Math.max(0, before!.get(place)! - used) ** 2, 0)
        return [(2 * lost) / both.length]
      })
      const rows = [...now.keys()].flatMap(place => {
        const row = columns.map(column => column?.get(place))
        return row.slice(middle).every(used => used !== undefined) ? [row as number[]] : []
      })
      if (variances.length === 0 || rows.length < mostly * now.size) return undefined
      return {
        known: rows.length,
        mean: rows.reduce((sum, row) => sum + row.at(-1)!, 0) / rows.length,
        variance: variances.reduce((sum, one) => sum + one, 0) / variances.length,
        stayed: stayedOf(rows, middle),
        areBounded: areBounded(rows, middle),
      }
    },
  }
}

function stayedOf(rows: readonly (readonly (number | undefined)[])[], middle: number): number {
  let [gained, there] = [0, 0]
  for (const row of rows) {
    const first = row[0]
    if (first === undefined) continue
    gained += row[middle]! - first
    there += Math.min(...(row.slice(middle) as number[])) - first
  }
  return gained <= 0 ? 1 : Math.min(1, there / gained)
}

function areBounded(rows: readonly (readonly number[])[], middle: number): boolean {
  const top = Math.max(...rows.map(row => row.at(-1)!))
  const full = rows.filter(row => row.slice(middle).every(used => used === top))
  return full.length >= minFull
}
