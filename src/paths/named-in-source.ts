import { eachEdgeTo } from '../graph/edges-to.js'
import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../graph/heap-graph.js'
import { locationOf } from '../graph/locations.js'
import type { Heap } from '../heap/heap.js'
import { shortPath } from '../heap/script-names.js'
import { follow, inside } from '../heap/v8/edges.js'
import { constructorOf } from '../heap/v8/scopes.js'
import type { Place } from '../place.js'
import type { PathStep } from '../report/report.js'
import type { Hop } from './retaining-paths.js'

/**
 * The steps of a path with the original names of classes, functions and variables, if source maps or the program have
 * them.
 */
export function namedInSource(heap: Heap, hops: readonly Hop[], steps: readonly PathStep[]): PathStep[] {
  const named = steps.map((step, at): PathStep => {
    const { node } = hops[at]!
    const now = nameNow(step)
    const own = nameInSource(heap, node, now)
    if (own === now) return step
    return step.type === '(closure)'
      ? { ...step, name: step.name.replace(/^\S+/, own.replaceAll('$', '$$$$')) }
      : { ...step, type: own }
  })
  for (const [at, hop] of hops.entries()) {
    const found = variable(heap, hop)
    if (found === undefined) continue
    named[at] = { ...named[at]!, edge: `->${found.name}` }
    const { declared } = found
    const before = named[at - 1]
    if (before === undefined || declared === undefined) continue
    if (before.type !== '(closure)') named[at - 1] = inFile(before, shortPath(declared.file))
    else if (before.location !== null && before.location.file !== declared.file) {
      // In a bundle, functions share the variables of all files: the function's location is not that of the variable.
      named[at - 1] = { ...before, location: null }
      named[at] = { ...named[at]!, declared }
    }
  }
  return named
}

/** Labels a scope with the file of a variable, since a bundle has the variables of many files in one scope. */
function inFile(scope: PathStep, file: string): PathStep {
  if (scope.type === '(system)') return { ...scope, name: file }
  const [, said] = /^(closure scope(?: of an anonymous function)? in )/.exec(scope.name) ?? []
  return said === undefined ? scope : { ...scope, name: `${said}${file}` }
}

const nameNow = ({ type, name }: PathStep): string => (type === '(closure)' ? name.split('  ')[0]! : type)

/** The original name of a function or of an object's class, whose current name is `now`. */
export function nameInSource({ graph, places }: Heap, node: NodeIndex, now: string): string {
  const location = locationOf(graph, node)
  const names = location && places.namesOf?.(location.script)
  const original = names?.own(now, location!.line, location!.column)
  return original ?? (now.length <= shortest ? givenName(graph, node) : undefined) ?? now
}

/**
 * The class names of objects whose type is not informative, since one function creates several classes: at most two,
 * most frequent first.
 */
export function givenNames(graph: HeapGraph, type: string, nodes: readonly NodeIndex[]): string[] {
  if (type.length > shortest) return []
  const times = new Map<string, number>()
  for (const node of nodes.slice(-maxVisited)) {
    const maker = constructorOf(graph, node)
    const name = maker && ownNameOf(graph, maker)
    if (name !== undefined && name !== type) times.set(name, (times.get(name) ?? 0) + 1)
  }
  return [...times]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 2)
    .map(([name]) => name)
}

const maxVisited = 100

/** Shorter names are minified. */
const shortest = 2

/**
 * The `name` that the program later assigned to a function or class, as esbuild's keepNames and some libraries do; V8
 * uses the first name. `undefined` if the same code creates functions with several names, since the type then has no
 * single name.
 */
function givenName(graph: HeapGraph, node: NodeIndex): string | undefined {
  const named = nodeTypeOf(graph, node) === 'closure' ? node : constructorOf(graph, node)
  const own = named && ownNameOf(graph, named)
  const code = named && inside(graph, named, 'shared')
  if (own === undefined || code === undefined) return own
  let isOne = true
  eachEdgeTo(graph, code, (_, sharer) => {
    if (nodeTypeOf(graph, sharer) === 'closure' && ownNameOf(graph, sharer) !== own) isOne = false
  })
  return isOne ? own : undefined
}

function ownNameOf(graph: HeapGraph, closure: NodeIndex): string | undefined {
  const name = follow(graph, closure, 'property', 'name')
  if (name === undefined || nodeTypeOf(graph, name) !== 'string') return undefined
  const text = graph.strings.at(graph.nodeName[name]!)
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) ? text : undefined
}

interface Variable {
  readonly name: string
  readonly declared: Place | undefined
}

/** The original name and location of a variable in a scope that functions of the script share. */
function variable({ graph, places }: Heap, { last, via }: Hop): Variable | undefined {
  if (places.namesOf === undefined || last === undefined || edgeTypeOf(graph, last) !== 'context') return undefined
  const now = graph.strings.at(graph.edgeName[last]!)
  let found: Variable | undefined
  eachEdgeTo(graph, via!, (_, sharer) => {
    if (found !== undefined || nodeTypeOf(graph, sharer) !== 'closure' || inside(graph, sharer, 'context') !== via)
      return
    const location = locationOf(graph, sharer)
    const names = location && places.namesOf?.(location.script)
    if (names === undefined) return
    const name = names.variable(now, location!.line, location!.column)
    const place = names.declared(now, location!.line, location!.column)
    if (name === undefined && place === undefined) return
    const declared = place && { file: place.source, line: place.line, column: place.column }
    found = { name: name ?? now, declared }
  })
  return found
}
