import { type HeapGraph, type NodeIndex, nodeTypeNumber } from '../graph/heap-graph.js'
import { types } from '../graph/types.js'
import { insideBy } from '../heap/v8/edges.js'
import { functionOfScope } from '../heap/v8/scopes.js'
import type { SignatureTable } from './signature-table.js'

/**
 * The word for a node's type; for a function its name, for a closure scope the function's, so that different functions
 * among the listeners of one array have different signatures. All kinds of strings share a word, since concatenating
 * yields a concatenated string only from 13 characters on.
 */
export function typeWords(graph: HeapGraph, table: SignatureTable): (node: NodeIndex) => number {
  const { of, names } = types(graph)
  const [closure, object] = [nodeTypeNumber('closure'), nodeTypeNumber('object')]
  const ofType = Uint32Array.from(names, name => table.word(stringTypes.test(name) ? '(string)' : name))
  const scopeType = names.indexOf('system / Context')
  const ofFunction = new Uint32Array(graph.strings.length)
  const ofScopeInfo = new Map<NodeIndex, number>()
  const scopeInfo = insideBy(graph, 'scope_info')
  return node => {
    if (graph.nodeType[node] === closure) {
      const name = graph.nodeName[node]!
      if (ofFunction[name] === 0) ofFunction[name] = table.word(`(closure) ${graph.strings.at(name)}`.trim())
      return ofFunction[name]!
    }
    const type = of[node]!
    if (type !== scopeType || graph.nodeType[node] !== object) return ofType[type]!
    const info = scopeInfo(node)
    if (info === undefined) return ofType[type]!
    let word = ofScopeInfo.get(info)
    if (word === undefined) {
      word = table.word(`scope of ${functionOfScope(graph, node) ?? ''}`.trim())
      ofScopeInfo.set(info, word)
    }
    return word
  }
}

const stringTypes = /^\((?:concatenated|sliced) string\)$/
