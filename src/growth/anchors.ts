import { distances, unreachable } from '../graph/distances.js'
import { type HeapGraph, type NodeIndex, nodeTypeNumber, nodeTypeOf } from '../graph/heap-graph.js'
import { locationOf } from '../graph/locations.js'
import { reads } from '../graph/strings.js'
import { userRoots } from '../graph/user-roots.js'
import { isModuleRoot, moduleFile } from '../heap/roots.js'
import { inside, insideBy } from '../heap/v8/edges.js'
import { functionOfScope, scopeTest } from '../heap/v8/scopes.js'
import { scriptOf } from '../heap/v8/scripts.js'
import { callbackOf } from '../heap/v8/timers.js'
import { waitingTimers } from '../paths/program-roots.js'
import { isNodejsFile } from '../place.js'
import { plainPath } from '../sources/script-path.js'

/**
 * A node at which path signatures start, with a name that is the same in every heap, and a penalty for starting there.
 */
export interface Anchor {
  readonly node: NodeIndex
  readonly name: string
  readonly burden: number
}

/**
 * The fixed points of a program, which are the same in every heap whatever currently retains them: its modules, the
 * closure scopes of functions that ran once (a bundle's wrapper, `main()`), the global objects, and pending timers of
 * the program. A more deeply nested scope has a larger burden, so that a variable of the module is preferred to a
 * parameter of a request in progress.
 */
export function anchors(graph: HeapGraph): Anchor[] {
  const distance = distances(graph)
  const byName = new Map<string, { readonly anchor: Anchor; times: number }>()
  const add = (anchor: Anchor): void => {
    if (distance[anchor.node] === unreachable) return
    const same = byName.get(anchor.name)
    if (same === undefined) byName.set(anchor.name, { anchor, times: 1 })
    else same.times++
  }
  for (const anchor of scopes(graph)) add(anchor)
  for (const anchor of modules(graph)) add(anchor)
  // Names that occur several times (copies of a module, scopes of a function that ran often) are not anchors.
  const single = [...byName.values()].flatMap(({ anchor, times }) => (times === 1 ? anchor : []))
  return [...single, ...globals(graph), ...timers(graph)]
}

const globals = (graph: HeapGraph): Anchor[] =>
  userRoots(graph)
    .filter(node => isModuleRoot(graph, node) || nodeTypeOf(graph, node) === 'object')
    .map(node => ({ node, name: 'globalThis', burden: 2 }))

/**
 * Timers with the same callback share a name; there may be thousands. Node.js keeps timers in rings, where each leads
 * to the next, so a timer is identified by the function it calls, not by its neighbour.
 */
const timers = (graph: HeapGraph): Anchor[] =>
  waitingTimers(graph).map(node => ({ node, name: `timer of ${calledBy(graph, node)}`, burden: 6 }))

/**
 * The function that a timer calls: its name, script and position, since several functions of a script may be anonymous.
 */
function calledBy(graph: HeapGraph, node: NodeIndex): string {
  const callback = callbackOf(graph, node)
  if (callback === undefined) return ''
  const called = inside(graph, callback, 'bound_function') ?? callback
  const place = locationOf(graph, called)
  const at = place === undefined ? '' : `:${place.line}:${place.column}`
  return `${graph.strings.at(graph.nodeName[called]!)} ${plainPath(scriptOf(graph, called) ?? '')}${at}`
}

const inPackage = (file: string): boolean => file.includes('/node_modules/')

function* modules(graph: HeapGraph): Generator<Anchor> {
  const [object, hidden] = [nodeTypeNumber('object'), nodeTypeNumber('hidden')]
  const isModule = reads(graph.strings, 'Module')
  const isRecord = reads(graph.strings, 'system / SourceTextModule')
  const { nodeCount, nodeType, nodeName } = graph
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!
    if (type !== object && type !== hidden) continue
    if (!(type === object ? isModule : isRecord)(nodeName[node]!)) continue
    const file = moduleFile(graph, node)
    if (file === undefined) continue
    yield { node, name: `${type === object ? 'module' : 'esm'} ${plainPath(file)}`, burden: inPackage(file) ? 4 : 0 }
  }
}

/** Scopes nested more deeply than this are not anchors. */
const deepest = 4
/** The burden added per level of nesting. */
const perDepth = 4
const nested = 8

function* scopes(graph: HeapGraph): Generator<Anchor> {
  const closure = nodeTypeNumber('closure')
  const isSeen = new Uint8Array(graph.nodeCount)
  const isContext = scopeTest(graph)
  const [contextOf, previousOf, scriptOf] = [
    insideBy(graph, 'context'),
    insideBy(graph, 'previous'),
    programScripts(graph),
  ]
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeType[node] !== closure) continue
    let scope = contextOf(node)
    if (scope === undefined || isSeen[scope] === 1 || !isContext(scope)) continue
    const script = scriptOf(node)
    if (script === undefined) continue
    const chain: NodeIndex[] = []
    for (; scope !== undefined && isContext(scope) && chain.length < 50; scope = previousOf(scope)) chain.push(scope)
    for (const [at, one] of chain.entries()) {
      const depth = chain.length - 1 - at
      if (isSeen[one] === 1) break
      isSeen[one] = 1
      if (depth > deepest) continue
      yield {
        node: one,
        name: script.nameOf(one, depth),
        burden: script.burden + (depth === 0 ? 0 : nested + perDepth * depth),
      }
    }
  }
}

/** A script of the program, by which the scopes of its functions are named. */
interface ScopeScript {
  readonly burden: number
  nameOf(scope: NodeIndex, depth: number): string
}

/**
 * The script of a closure, unless it is Node.js' own. It is looked up once per function's code, as is the name of its
 * scopes.
 */
function programScripts(graph: HeapGraph): (closure: NodeIndex) => ScopeScript | undefined {
  const sharedOf = insideBy(graph, 'shared')
  const infoOf = insideBy(graph, 'scope_info')
  const called = callOf(graph)
  const ofShared = new Map<NodeIndex | undefined, ScopeScript | undefined>()
  const ofPath = new Map<string, ScopeScript>()
  const made = (path: string): ScopeScript => {
    const names = new Map<number, string>()
    return {
      burden: inPackage(path) ? 4 : 0,
      nameOf(scope, depth) {
        const info = infoOf(scope)
        const key = (deepest + 1) * (info ?? -1) + depth
        let name = names.get(key)
        if (name === undefined) {
          name = `scope ${plainPath(path)} ${depth} ${called(scope, info)}`
          names.set(key, name)
        }
        return name
      },
    }
  }
  return closure => {
    const shared = sharedOf(closure)
    if (shared !== undefined && ofShared.has(shared)) return ofShared.get(shared)
    const path = scriptOf(graph, closure)
    if (path !== undefined && !isNodejsFile(path) && !ofPath.has(path)) ofPath.set(path, made(path))
    const script = path === undefined ? undefined : ofPath.get(path)
    ofShared.set(shared, script)
    return script
  }
}

/**
 * The function of a scope and the names of its variables: the same for every run of a function, and different for
 * different functions. All scopes of one place in the source share V8's list of names, which is read once.
 */
function callOf(graph: HeapGraph): (scope: NodeIndex, info: NodeIndex | undefined) => string {
  const known = new Map<NodeIndex | undefined, string>()
  return (scope, info) => {
    let call = known.get(info)
    if (call === undefined) {
      call = `${functionOfScope(graph, scope) ?? ''} ${info === undefined ? '' : variables(graph, info)}`
      known.set(info, call)
    }
    return call
  }
}

function variables(graph: HeapGraph, info: NodeIndex): string {
  const names: string[] = []
  for (let edge = graph.firstEdge[info]!; edge < graph.firstEdge[info + 1]!; edge++) {
    const to = graph.edgeTo[edge]!
    if (nodeTypeOf(graph, to) === 'string') names.push(graph.strings.at(graph.nodeName[to]!))
  }
  return names.join(',')
}
