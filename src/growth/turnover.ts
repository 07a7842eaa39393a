import { type EdgeIndex, edgeTypeNumber, type HeapGraph, type NodeIndex } from '../graph/heap-graph.js'
import { nodeTypeMask, outsideMask, stringMask } from '../graph/node-type-mask.js'
import { textOf } from '../heap/v8/text.js'
import { isPassed, type Signatures } from './signatures.js'

/**
 * A sample of the objects of one heap, by identifying keys. 12 bytes each; two heaps sample mostly the same objects.
 */
export interface Known {
  readonly key: Float64Array
  readonly signature: Uint32Array
  /** By signature: the share of its objects in the sample. */
  readonly share: Float64Array
}

/** Objects of one heap, by id or by address and references; and those with texts, by their texts alone. */
export interface Sample {
  readonly byPlace: Known
  readonly byText: Known | undefined
}

/** The approximate sample size per signature. Texts are used only for signatures with no more objects than this. */
const most = 500
const maxTexts = 5000

/**
 * A sample of the objects of a heap; `count` has their number by signature. `undefined` if nothing identifies objects
 * across heaps: neither addresses nor comparable ids. Costs a pass over the nodes, and about a microsecond per sampled
 * object.
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
  const isDrawn = (lot: number, own: number): boolean => lot < share[own]! * draws
  const [byPlace, byText] = [taker(share), taker(share)]
  for (let node = 0; node < graph.nodeCount; node++) {
    const own = of[node]!
    if (own === 0 || outsideMask[nodeType[node]!] === 1 || isPassed(graph, node)) continue
    const place = address === undefined ? nodeId[node]! : address[node]!
    if (place === 0) continue
    const lot = scattered(place)
    const isTaken = isDrawn(lot, own)
    const hasTexts = address !== undefined && count[own]! <= maxTexts
    if (!isTaken && !hasTexts) continue
    const { texts, others } = address === undefined ? noMarks : marksOf(graph, node)
    if (isTaken) byPlace.take(lot, texts === 0 ? others : texts, own)
    const lotOfTexts = scattered(texts)
    if (hasTexts && texts !== 0 && isDrawn(lotOfTexts, own)) byText.take(lotOfTexts, texts, own)
  }
  return { byPlace: byPlace.taken(), byText: address === undefined ? undefined : byText.taken() }
}

function taker(share: Float64Array): { take(lot: number, mark: number, signature: number): void; taken(): Known } {
  const key: number[] = []
  const signature: number[] = []
  return {
    take(lot, mark, own) {
      key.push(lot * marks + (mark % marks))
      signature.push(own)
    },
    taken: () => ({ key: Float64Array.from(key), signature: Uint32Array.from(signature), share }),
  }
}

/** What of an earlier heap of a series is gone in the last one. */
export interface Gone {
  /** From 0 to 1; 0 if there was nothing. */
  readonly share: number
  /** For objects whose texts may have changed: the share without a similar object at the same address. */
  readonly left: number
  /** Whether objects have ids or distinct texts. Without them, young objects that V8 moved seem gone. */
  readonly isSure: boolean
}

export interface Turnover {
  /** The share of the objects of some signatures that is gone since the first heap. */
  gone(signatures: Iterable<number>): number
  /** The objects gone since the middle of the series. */
  goneSinceMiddle(signatures: Iterable<number>): Gone
}

/** The index of the last heap of the earlier half. */
export const middleOf = (heaps: number): number => Math.ceil(heaps / 2) - 1

/**
 * Compares the earlier half of a series of heaps with the last, from their samples; `at` has their times. For objects
 * that V8 may only have moved, the smallest loss counts, each relative to the time since that heap.
 */
export function turnover(samples: readonly Sample[], at: readonly number[]): Turnover {
  const last = samples.at(-1)!
  const whole = at.at(-1)! - at[0]!
  const placesNow = signaturesBy(last.byPlace, key => key)
  const lotsNow = signaturesBy(last.byPlace, lotOf)
  const textsNow = last.byText && signaturesBy(last.byText, key => key)
  const middle = middleOf(samples.length)
  const earlier = samples.slice(0, middle + 1).map(sample => ({
    sample,
    places: rowsBySignature(sample.byPlace),
    texts: sample.byText && rowsBySignature(sample.byText),
  }))

  function goneSince(heap: number, own: ReadonlySet<number>): Gone {
    const { sample, places, texts } = earlier[heap]!
    const { gone, alone } = compared(sample.byPlace, places, last.byPlace, placesNow, own)
    const share = alone === 0 ? 0 : gone.length / alone
    if (sample.byText === undefined || last.byText === undefined) return { share, left: share, isSure: true }
    const found = compared(sample.byText, texts!, last.byText, textsNow!, own)
    const isSure = areTheirOwn(found.looked, found.alone)
    const left = gone.filter(key => ownAt(lotsNow, lotOf(key), own) === 0)
    return {
      share: isSure ? found.gone.length / found.alone : share,
      left: alone === 0 ? 0 : left.length / alone,
      isSure,
    }
  }

  return {
    goneSinceMiddle: signatures => goneSince(middle, new Set(signatures)),
    gone(signatures) {
      const own = new Set(signatures)
      return earlier.reduce((least, _, heap) => {
        const since = whole / (at.at(-1)! - at[heap]!)
        return Math.min(least, since * goneSince(heap, own).share)
      }, 1)
    },
  }
}

/** From this many objects on, nearly each must have distinct texts. */
const minTexts = 10
const nearlyAll = 0.8
const areTheirOwn = (looked: number, alone: number): boolean => looked >= minTexts && alone >= nearlyAll * looked

/** Whether texts distinguish the objects; `keys` are hashes of their texts. */
export const areDistinct = (keys: readonly number[], objects: number): boolean =>
  keys.length >= nearlyAll * objects && areTheirOwn(keys.length, new Set(keys).size)

/** The number of sampled objects of some signatures, how many of them are distinct, and which of these are gone. */
function compared(
  before: Known,
  rowsOf: ReadonlyMap<number, readonly number[]>,
  now: Known,
  signaturesNow: ReadonlyMap<number, readonly number[]>,
  own: ReadonlySet<number>,
): { looked: number; alone: number; gone: number[] } {
  // An object sampled at the smaller share was sampled in both heaps.
  const share = [...own].reduce((least, one) => Math.min(least, before.share[one] ?? 1, now.share[one] ?? 1), 1)
  const times = new Map<number, number>()
  let looked = 0
  for (const signature of own) {
    for (const row of rowsOf.get(signature) ?? []) {
      const key = before.key[row]!
      if (lotOf(key) >= share * draws) continue
      looked++
      times.set(key, (times.get(key) ?? 0) + 1)
    }
  }
  let alone = 0
  const gone: number[] = []
  for (const [key, number] of times) {
    const there = ownAt(signaturesNow, key, own)
    if (number > 1 || there > 1) continue
    alone++
    if (there === 0) gone.push(key)
  }
  return { looked, alone, gone }
}

export function rowsBySignature({ signature }: Known): Map<number, number[]> {
  const rows = new Map<number, number[]>()
  for (const [row, one] of signature.entries()) add(rows, one, row)
  return rows
}

/** The signatures of a sample by a function of their key. */
function signaturesBy({ key, signature }: Known, of: (key: number) => number): Map<number, number[]> {
  const signatures = new Map<number, number[]>()
  for (const [row, one] of key.entries()) add(signatures, of(one), signature[row]!)
  return signatures
}

/** The number of the given signatures under a key. */
const ownAt = (signatures: ReadonlyMap<number, readonly number[]>, key: number, own: ReadonlySet<number>): number =>
  signatures.get(key)?.filter(signature => own.has(signature)).length ?? 0

function add(lists: Map<number, number[]>, key: number, value: number): void {
  const before = lists.get(key)
  if (before === undefined) lists.set(key, [value])
  else before.push(value)
}

/** The range of keys, used for sampling and for identifying objects. */
export const draws: number = 2 ** 32
const marks = 2 ** 20
export const lotOf = (key: number): number => Math.floor(key / marks)

/** Scatters numbers evenly: the finalizer of MurmurHash3. */
export function scattered(value: number): number {
  let lot = (Math.floor(value / 2 ** 32) * 0x9e3779b1) ^ (value >>> 0)
  lot = Math.imul(lot ^ (lot >>> 16), 0x85ebca6b)
  lot = Math.imul(lot ^ (lot >>> 13), 0xc2b2ae35)
  return (lot ^ (lot >>> 16)) >>> 0
}

/**
 * Limits: the number of edges of an object (of its store the first ones, since new ones are added at the end) and of
 * characters of a text.
 */
const edges = 12
const characters = 64

const weak = edgeTypeNumber('weak')
const shortcut = edgeTypeNumber('shortcut')
const arrayMask = nodeTypeMask('array')
const nativeMask = nodeTypeMask('native')

const noMarks = { texts: 0, others: 0 }

/**
 * Hashes that identify an object: `texts` of its strings and the sizes of its memory outside the heap, `others` of the
 * addresses of its other references. An object whose fields change seems gone.
 */
function marksOf(graph: HeapGraph, node: NodeIndex): { texts: number; others: number } {
  if (stringMask[graph.nodeType[node]!] === 1) return { texts: textMark(graph, node), others: 0 }
  let [texts, others] = [0, 0]
  const look = (edge: EdgeIndex, deep: boolean): void => {
    const to = graph.edgeTo[edge]!
    const type = graph.nodeType[to]!
    if (graph.edgeType[edge] === weak || graph.edgeType[edge] === shortcut) return
    if (stringMask[type] === 1) texts = scattered(texts + textMark(graph, to))
    else if (nativeMask[type] === 1) texts = scattered(texts + graph.selfSize[to]!)
    else if (deep && arrayMask[type] === 1) each(to, 1)
    // Skips stores, which are replaced when full.
    else if (!isPassed(graph, to)) others = scattered(others + graph.address![to]!)
  }
  const each = (from: NodeIndex, most: number): void => {
    const end = Math.min(graph.firstEdge[from + 1]!, graph.firstEdge[from]! + most)
    for (let edge = graph.firstEdge[from]!; edge < end; edge++) look(edge, from === node)
  }
  each(node, edges)
  return { texts, others }
}

function textMark(graph: HeapGraph, node: NodeIndex): number {
  const text = textOf(graph, node, characters) ?? ''
  let mark = text.length
  for (let at = 0; at < text.length; at++) mark = (Math.imul(mark, 31) + text.charCodeAt(at)) | 0
  return mark >>> 0
}
