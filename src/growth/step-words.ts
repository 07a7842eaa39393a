import { edgeTypeNumber, type HeapGraph } from '../graph/heap-graph.js'
import { stringMask } from '../graph/node-type-mask.js'
import { reads } from '../graph/strings.js'
import { inside } from '../heap/v8/edges.js'
import type { SignatureTable } from './signature-table.js'

/** The step from a string to a part of it: half of a concatenated string, or the base of a sliced one. */
const partOfString = '{part of the string}'

/** Whether a signature stands for a part of the string above it. */
export const isPartOfString = (table: SignatureTable, signature: number): boolean =>
  table.text(table.step[signature]!) === partOfString

/** An object with more properties than this is used as a dictionary, whatever its keys look like. */
export const dictionary = 40

/**
 * The word for the step of an edge: `.cache`, `->limit`, `{table}`; `[]` for an entry of an array, a dictionary or a
 * collection, and for a property with a generated name (a number, a path, a hash, an id).
 */
export function stepWords(
  graph: HeapGraph,
  table: SignatureTable,
): (from: number, edge: number, behindTable: boolean) => number {
  const { nodeType, edgeType, edgeName, edgeTo, strings, firstEdge } = graph
  const isExtension = reads(strings, 'extension')
  const [property, context, internal] = (['property', 'context', 'internal'] as const).map(edgeTypeNumber)
  const entry = table.word('[]')
  const part = table.word(partOfString)
  // By name, for each of the three types; 0 means not yet computed.
  const known = [property, context, internal].map(() => new Uint32Array(strings.length))
  return (from, edge, behindTable) => {
    if (stringMask[nodeType[from]!] === 1) return part
    const type = edgeType[edge]!
    const row = type === property ? 0 : type === context ? 1 : type === internal ? 2 : -1
    if (behindTable || row < 0) return entry
    // The first slot of a scope is `{1}`, or `{extension}` if compiled code made it. That of an await has no other name.
    if (row === 2 && isExtension(edgeName[edge]!) && inside(graph, edgeTo[edge]!, 'function') === undefined)
      return entry
    if (row === 0 && firstEdge[from + 1]! - firstEdge[from]! > dictionary) return entry
    const name = edgeName[edge]!
    const words = known[row]!
    if (words[name] === 0) words[name] = table.word(stepText(row, strings.at(name)))
    return words[name]!
  }
}

function stepText(row: number, name: string): string {
  if (row === 1) return `->${name}`
  // The value of an object in a WeakMap is not an entry of the object.
  if (row === 2) return !/^\d/.test(name) ? `{${name}}` : name.includes(' part of key ') ? '{value for key}' : '[]'
  return isGenerated(name) ? '[]' : `.${name}`
}

/**
 * Whether a property name looks generated (`/a.html`, `user-7`, `9f86d081`) rather than written by a programmer.
 * Symbols never do.
 */
export const isGenerated = (name: string): boolean =>
  !name.startsWith('<symbol') && (!/^[\p{L}$_#][\p{L}$_]*\d{0,2}$/u.test(name) || /^[0-9a-f]{8,}$/i.test(name))
