import { eachEdgeTo } from '../../graph/edges-to.js'
import {
  edgeNameOf,
  edgeTypeOf,
  type HeapGraph,
  type NodeIndex,
  nodeTypeNumber,
  nodeTypeOf,
} from '../../graph/heap-graph.js'
import { locationOf } from '../../graph/locations.js'
import { reader } from '../../graph/strings.js'
import { follow, inside, slotOf } from './edges.js'

/** V8's name for a closure scope: the variables that a function shares with its inner functions. */
const contextName = 'system / Context'

/** Whether a node is a closure scope: the variables of one call that outlived it. */
export const isScope = (graph: HeapGraph, node: NodeIndex): boolean =>
  nodeTypeOf(graph, node) === 'object' && reader(graph.strings, contextName)(graph.nodeName[node]!)

/** `isScope`, for many nodes. */
export function scopeTest({ nodeType, nodeName, strings }: HeapGraph): (node: NodeIndex) => boolean {
  const object = nodeTypeNumber('object')
  const isName = reader(strings, contextName)
  return node => nodeType[node] === object && isName(nodeName[node]!)
}

/**
 * The name of the function to which a scope belongs: `''` for an anonymous function and for the wrapper function of a
 * CommonJS module, `undefined` if unknown. A block's scope belongs to the function around it.
 */
export const functionOfScope = (graph: HeapGraph, scope: NodeIndex): string | undefined =>
  scopeOfFunction(graph, scope)?.name

/** The scope of the function that a scope belongs to, with the function's name. */
function scopeOfFunction(graph: HeapGraph, scope: NodeIndex): { scope: NodeIndex; name: string } | undefined {
  // The chain of scopes is as deep as the blocks in the source.
  for (let at: NodeIndex | undefined = scope, depth = 0; at !== undefined && depth < 50; depth++) {
    const name = ownFunction(graph, at)
    if (name !== undefined) return { scope: at, name }
    at = inside(graph, at, 'previous')
    if (at !== undefined && !isScope(graph, at)) return undefined
  }
  return undefined
}

/**
 * Whether a function's name is V8's for a class initializer (`<instance_members_initializer>`), which is not in the
 * source.
 */
export const isOfClassFields = (name: string): boolean => /^<(?:instance_members|static)_initializer>$/.test(name)

/**
 * The function to which a scope belongs: the function of that name that closes over the outer scope. `undefined` if it
 * no longer exists, or if several functions of the name have different locations.
 */
export function functionWithScope(graph: HeapGraph, scope: NodeIndex): NodeIndex | undefined {
  const own = scopeOfFunction(graph, scope)
  const around = own && inside(graph, own.scope, 'previous')
  if (own === undefined || own.name === '' || around === undefined) return undefined
  const found = new Map<string, NodeIndex>()
  eachEdgeTo(graph, around, (edge, node) => {
    if (
      nodeTypeOf(graph, node) !== 'closure' ||
      edgeNameOf(graph, edge) !== 'context' ||
      textOf(graph, node) !== own.name
    )
      return
    const place = locationOf(graph, node)
    if (place !== undefined) found.set(`${place.script} ${place.line} ${place.column}`, node)
  })
  return found.size === 1 ? [...found.values()][0] : undefined
}

/**
 * Whether a scope may have a module's variables: it has no outer scope and no named function. (The same holds for an
 * anonymous function in a module without captured variables.)
 */
export function isModuleScope(graph: HeapGraph, scope: NodeIndex): boolean {
  const outer = inside(graph, scope, 'previous')
  return !functionOfScope(graph, scope) && (outer === undefined || !isScope(graph, outer))
}

/**
 * The function's name from V8's ScopeInfo, which lists the names of the scope's variables and then, for a function's
 * scope, its name. The number of variables follows from the size of the scope: a header of two words, two internal
 * slots, then the variables.
 */
function ownFunction(graph: HeapGraph, scope: NodeIndex): string | undefined {
  const info = inside(graph, scope, 'scope_info')
  if (info === undefined) return undefined
  const variables = graph.selfSize[scope]! / 8 - 4
  for (let edge = graph.firstEdge[info]!; edge < graph.firstEdge[info + 1]!; edge++) {
    if (edgeTypeOf(graph, edge) !== 'hidden' || slotOf(graph, edge) !== variables) continue
    const target = graph.edgeTo[edge]!
    return nodeTypeOf(graph, target) === 'string' ? graph.strings.at(graph.nodeName[target]!) : undefined
  }
  return undefined
}

/**
 * The class (or constructor function) of an object, or `undefined`. Its hidden class refers to it; but for a class that
 * extends another, it refers to the base function (V8: JSFunction::GetDerivedMap), and the prototype to the class.
 */
export function constructorOf(graph: HeapGraph, object: NodeIndex): NodeIndex | undefined {
  const byShape = constructorOfShape(graph, object)
  if (byShape !== undefined && textOf(graph, byShape) === textOf(graph, object)) return byShape
  return constructorOfPrototype(graph, object) ?? byShape
}

const textOf = (graph: HeapGraph, node: NodeIndex): string => graph.strings.at(graph.nodeName[node]!)

function constructorOfShape(graph: HeapGraph, object: NodeIndex): NodeIndex | undefined {
  let shape = inside(graph, object, 'map')
  // Shapes point back to the shape they were extended from, once per property; the first one refers to the constructor.
  for (let hops = 0; shape !== undefined && hops < 200; hops++) {
    const maker = inside(graph, shape, 'constructor')
    if (maker !== undefined) return nodeTypeOf(graph, maker) === 'closure' ? maker : undefined
    shape = inside(graph, shape, 'back_pointer')
  }
  return undefined
}

/** The `constructor` of an object's prototype, from which V8 took the name of its type. */
function constructorOfPrototype(graph: HeapGraph, object: NodeIndex): NodeIndex | undefined {
  const shape = inside(graph, object, 'map')
  const prototype = shape && inside(graph, shape, 'prototype')
  const maker = prototype && follow(graph, prototype, 'property', 'constructor')
  return maker !== undefined && textOf(graph, maker) === textOf(graph, object) ? maker : undefined
}
