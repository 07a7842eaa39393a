import { type EdgeIndex, edgeTypeNumber, type HeapGraph, type NodeIndex } from '../graph/heap-graph.js'
import { nodeTypeMask, outsideMask, stringMask } from '../graph/node-type-mask.js'
import { isPassed, type Signatures } from './signatures.js'

/**
 * Some of the objects of one heap, by what they are known by: their id, or their address and what they refer to. 12 bytes each, and of two
 * heaps mostly the same ones.
 */
export interface Sample {
  readonly key: Float64Array
  readonly signature: Uint32Array
  /** By signature: which share of its objects was taken. */
  readonly share: Float64Array
}

/** Of one signature so many are taken, about. */
const most = 200

/**
 * A sample of the objects of a heap; `count` has by signature how many there are. `undefined` where nothing tells the objects of two heaps
 * apart: neither addresses nor ids that may be compared. Costs a pass over the nodes, and about a microsecond an object taken.
 */
export function sampleOf(
  graph: HeapGraph,
  { of }: Signatures,
  count: Float64Array,
  hasIds: boolean,
): Sample | undefined {
  const { address, nodeId, nodeType } = graph
  if (address === undefined && !hasIds) return undefined
  const share = count.map(objects => Math.min(1, most / Math.max(1, objects)))
  const key: number[] = []
  const signature: number[] = []
  for (let node = 0; node < graph.nodeCount; node++) {
    const own = of[node]!
    if (own === 0 || outsideMask[nodeType[node]!] === 1 || isPassed(graph, node)) continue
    const place = address === undefined ? nodeId[node]! : address[node]!
    if (place === 0) continue
    const lot = scattered(place)
    if (lot >= share[own]! * 2 ** 32) continue
    key.push(lot * marks + (address === undefined ? 0 : markOf(graph, node) % marks))
    signature.push(own)
  }
  return { key: Float64Array.from(key), signature: Uint32Array.from(signature), share }
}

/** What of the first heap of a series is gone in the last. */
export interface Turnover {
  /** By the share of the objects of some signatures, from 0 to 1; 0 where there were none. */
  gone(signatures: Iterable<number>): number
}

/**
 * Compares the earlier half of a series of heaps with its last, by what was sampled of each; `at` has their moments. What V8 moved seems gone,
 * and it moves what is young: the least of what the heaps say is true, each by the time that went by since.
 */
export function turnover(samples: readonly Sample[], at: readonly number[]): Turnover {
  const last = samples.at(-1)!
  const whole = at.at(-1)! - at[0]!
  const there = new Map<number, number>()
  for (const [row, key] of last.key.entries()) there.set(key, last.signature[row]!)
  const earlier = samples
    .slice(0, Math.ceil(samples.length / 2))
    .map((sample, place) => ({ sample, rows: rowsBySignature(sample), share: whole / (at.at(-1)! - at[place]!) }))
  return {
    gone(signatures) {
      const own = new Set(signatures)
      return Math.min(1, ...earlier.map(({ sample, rows, share }) => share * goneSince(sample, rows, own)))
    },
  }

  function goneSince(sample: Sample, rowsOf: ReadonlyMap<number, readonly number[]>, own: ReadonlySet<number>): number {
    // Whoever was drawn by the smallest share was drawn in both heaps.
    const share = [...own].reduce((least, one) => Math.min(least, sample.share[one] ?? 1, last.share[one] ?? 1), 1)
    let [looked, gone] = [0, 0]
    for (const signature of own) {
      for (const row of rowsOf.get(signature) ?? []) {
        const key = sample.key[row]!
        if (Math.floor(key / marks) >= share * 2 ** 32) continue
        looked++
        const now = there.get(key)
        if (now === undefined || !own.has(now)) gone++
      }
    }
    return looked === 0 ? 0 : gone / looked
  }
}

function rowsBySignature({ signature }: Sample): Map<number, number[]> {
  const rows = new Map<number, number[]>()
  for (const [row, one] of signature.entries()) {
    const before = rows.get(one)
    if (before === undefined) rows.set(one, [row])
    else before.push(row)
  }
  return rows
}

/** A key is the lot that an address draws, and this many marks of what lies there. */
const marks = 2 ** 20

/** Whatever the distance of two numbers, their lots are far apart: the finalizer of MurmurHash3. */
function scattered(value: number): number {
  let lot = (Math.floor(value / 2 ** 32) * 0x9e3779b1) ^ (value >>> 0)
  lot = Math.imul(lot ^ (lot >>> 16), 0x85ebca6b)
  lot = Math.imul(lot ^ (lot >>> 13), 0xc2b2ae35)
  return (lot ^ (lot >>> 16)) >>> 0
}

/** So many edges of an object are looked at, of its store the first, as others are added behind it, and of a text so many characters. */
const edges = 12
const characters = 64

const weak = edgeTypeNumber('weak')
const shortcut = edgeTypeNumber('shortcut')
const arrayMask = nodeTypeMask('array')
const nativeMask = nodeTypeMask('native')

/**
 * What tells an object from another that came to lie at its address: its texts, and the sizes of what it has outside the heap; where it has
 * neither, the addresses of what it refers to. Fields that change make it another: then more seems gone than is.
 */
function markOf(graph: HeapGraph, node: NodeIndex): number {
  if (stringMask[graph.nodeType[node]!] === 1) return textMark(graph, node)
  let [own, others] = [0, 0]
  const look = (edge: EdgeIndex, deep: boolean): void => {
    const to = graph.edgeTo[edge]!
    const type = graph.nodeType[to]!
    if (graph.edgeType[edge] === weak || graph.edgeType[edge] === shortcut) return
    if (stringMask[type] === 1) own = scattered(own + textMark(graph, to))
    else if (nativeMask[type] === 1) own = scattered(own + graph.selfSize[to]!)
    else if (deep && arrayMask[type] === 1) each(to, 1)
    // A store is replaced when it is full.
    else if (!isPassed(graph, to)) others = scattered(others + graph.address![to]!)
  }
  const each = (from: NodeIndex, most: number): void => {
    const end = Math.min(graph.firstEdge[from + 1]!, graph.firstEdge[from]! + most)
    for (let edge = graph.firstEdge[from]!; edge < end; edge++) look(edge, from === node)
  }
  each(node, edges)
  return own === 0 ? others : own
}

function textMark(graph: HeapGraph, node: NodeIndex): number {
  const text = graph.strings.at(graph.nodeName[node]!)
  let mark = text.length
  for (let at = 0; at < Math.min(characters, text.length); at++) mark = (Math.imul(mark, 31) + text.charCodeAt(at)) | 0
  return mark >>> 0
}
