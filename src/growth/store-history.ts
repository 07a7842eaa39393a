import { type EdgeIndex, type HeapGraph, isNumbered, type NodeIndex } from '../graph/heap-graph.js'
import { stringMask } from '../graph/node-type-mask.js'
import { reader } from '../graph/strings.js'
import { entryAt, type HashTable, hashTable, keyBefore, numberKey } from '../heap/v8/collections.js'
import { textOf } from '../heap/v8/text.js'
import { noEdge, type Signatures } from './signatures.js'
import type { Stores } from './stores.js'
import { draws, middleOf, scattered } from './turnover.js'
import { hash } from './type-hash.js'

/** Some of the stores of one heap: by signature, and by what distinguishes them, how many entries each has. */
export type StoreSample = ReadonlyMap<number, ReadonlyMap<number, number>>

/** Of one signature so many are taken, about. */
const most = 200
/** Of so many the whole paths are looked at. */
const mostPaths = 2000

/**
 * A sample of the stores of a heap. Which store of an earlier heap one is says its path with its indexes and keys, `connections[17].samples`,
 * as V8 moves what is young; where a signature has thousands, the address of its object. Of many those of a hash are taken, so that two
 * heaps sample the same ones. A pass over the stores, and a few steps for each.
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
    const key = all <= mostPaths ? byPath(owner) : graph.address?.[owner]
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

/** What stands further up is mostly the same for all. */
const farthest = 24
/** So much of a key is read. */
const characters = 64

/** A number for the path of an object: its indexes, names and keys, up to the anchor. */
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
  /** The text or number under which a Map has it; of other keys the place among the entries, whatever the size of the table. */
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

/** How the stores of one signature went, one by one: of those of which it is known. */
export interface StoresOverTime {
  /** How many are known. */
  readonly known: number
  /** How many entries each has, on the average. */
  readonly mean: number
  /** By how much the entries of one may be others than before, where each has now more and now less: entries squared, on the average. */
  readonly variance: number
  /** Of what they had gained by the middle of the series, the share that may still be there. */
  readonly stayed: number
  /** Whether some have been full for long, all at the same number of entries, and none has more: the others may fill until they have as many. */
  readonly areBounded: boolean
}

export interface StoreHistory {
  /** `undefined` where most stores of the signature were not there all the while. */
  of(signature: number): StoresOverTime | undefined
}

/** Of what objects or stores had gained by the middle of the series, so much must be there at its end. */
export const mustStay = 0.25

/** So much of what was sampled must be known, of one heap and the last. */
const mostly = 0.5
/** So many stores that are full are no chance. */
const fewestFull = 3

/** Follows the stores of a series of heaps from one to the next, by the samples of each. */
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
  return full.length >= fewestFull
}
