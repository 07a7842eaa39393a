import { edgeTypeNumber, type HeapGraph, isNumbered, type StringTable } from './heap-graph.js'
import { nodeTypeMask } from './node-type-mask.js'

export interface RedactOptions {
  /** Also replace the names of properties, variables, functions and classes. */
  readonly names?: boolean
}

/**
 * A graph with the same structure, sizes and ids, but without the contents of the program's strings, numbers and source
 * texts. Each text is replaced by a pseudonym (`<text 1f3a9c04d2>`), which is the same for equal texts in all heaps of
 * one run of leakscope. Names of classes, functions, and properties that look like names in source code stay. Other
 * properties (`sessions["alice@example.org"]`) and words with many digits are data. With `names`, only V8's and
 * Node.js' own names stay. Optional columns of values are dropped. Costs 5 bytes per string and two passes.
 */
export function redacted(graph: HeapGraph, { names = false }: RedactOptions = {}): HeapGraph {
  const { nodeCount, edgeCount, nodeType, nodeName, edgeType, edgeName, strings } = graph
  const kept = new Uint8Array(strings.length)
  const isText = nodeTypeMask('string', 'concatenated string', 'sliced string', 'regexp', 'number', 'bigint', 'other')
  const isV8s = nodeTypeMask('hidden', 'array', 'synthetic', 'native', 'object shape', 'wasm object')
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!
    if (isText[type] === 1) continue
    kept[nodeName[node]!]! |= isV8s[type] === 1 ? KEEP.always : KEEP.asName
  }
  const spoken = new Set(['property', 'context', 'shortcut'].map(type => edgeTypeNumber(type as 'property')))
  for (let edge = 0; edge < edgeCount; edge++) {
    if (isNumbered(graph, edge)) continue
    kept[edgeName[edge]!]! |= spoken.has(edgeType[edge]!) ? KEEP.asName : KEEP.always
  }
  return {
    nodeCount,
    edgeCount,
    root: graph.root,
    nodeType,
    nodeName,
    nodeId: graph.nodeId,
    selfSize: graph.selfSize,
    detachedness: graph.detachedness,
    extraNativeBytes: graph.extraNativeBytes,
    firstEdge: graph.firstEdge,
    edgeType,
    edgeName,
    edgeTo: graph.edgeTo,
    strings: withoutTexts(strings, kept, names),
    ...(graph.locations === undefined ? {} : { locations: graph.locations }),
  }
}

/** How a text is used in the graph: only as data (0), as a name of the program, or as V8's own name. */
const KEEP = { asName: 1, always: 2 } as const

function withoutTexts(strings: StringTable, kept: Uint8Array, hidesNames: boolean): StringTable {
  const at = (index: number): string => {
    const use = kept[index]!
    const text = strings.at(index)
    if (use === 0) return text === '' ? '' : `<text ${pseudonym(text)}>`
    if ((use & KEEP.always) !== 0 && isV8s(text)) return withoutPair(text)
    if (!hidesNames && looksLikeName(text)) return text
    return text === '' || OF_LANGUAGE.has(text) ? text : `<name ${pseudonym(text)}>`
  }
  return { length: strings.length, at, isShort: (index, length) => at(index).length < length }
}

// Two salted hashes: without the salt, they do not reveal the text.
const SALT = [0, 0].map(() => Math.floor(Math.random() * 2 ** 32))

function pseudonym(text: string): string {
  let [one, other] = SALT as [number, number]
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place)
    one = Math.imul(one ^ unit, 0x01000193)
    other = Math.imul(other ^ unit, 0x85ebca6b) ^ (other >>> 13)
  }
  return (one >>> 0).toString(16).padStart(8, '0') + ((other >>> 0) % 256).toString(16).padStart(2, '0')
}

/**
 * V8's and Node.js' own names: `system / Context`, `(GC roots)`, `Node / TCPWrap`, `scope_info`, `2 / DevTools
 * console`.
 */
const isV8s = (text: string): boolean =>
  /^[\w ]+ \/ |^\(.*\)$|^[a-z][a-z_0-9 ]*$|^\d+ \/ part of key /s.test(text) && text.length < 2000

/** The name of a WeakMap entry contains texts of its key and value, which are data; keeps only their ids. */
const withoutPair = (text: string): string =>
  text.replace(
    /part of key \(.*? ?@(\d+)\) -> value \(.*? ?@(\d+)\) pair in WeakMap \(table @(\d+)\)/s,
    'part of key (key @$1) -> value (value @$2) pair in WeakMap (table @$3)',
  )

/**
 * Whether a text looks like a name in source code: `userId`, `bound handler`, `get size`, `Symbol(kState)`, `<symbol
 * kState>`, `#private`, `src/a.js`.
 */
function looksLikeName(text: string): boolean {
  if (
    text.length > 80 ||
    !/^(?:<symbol |get |set |bound |async |static )*[#\p{ID_Start}$_][\p{ID_Continue}$.<>:()]*$/u.test(text)
  )
    return false
  // Five or more digits, or a long run of hexadecimal digits, look like an id; so does a long word that mixes digits
  // with lower and upper case, like API keys.
  if (/(?:\d\D*){5}|[\da-f]{16}/i.test(text)) return false
  return text.length < 16 || !(/\d\D+\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text))
}

// Needed to recognise V8's shapes and types.
const OF_LANGUAGE = new Set([
  'Object',
  'Array',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Promise',
  'Module',
  'global',
  '__proto__',
  'constructor',
  'prototype',
])
