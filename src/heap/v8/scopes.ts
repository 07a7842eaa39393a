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

/** V8's word for the object that holds the variables a function shares with the functions inside it. */
const contextName = 'system / Context'

/** Whether a node is a closure scope: the variables of one call that outlived it. */
export const isScope = (graph: HeapGraph, node: NodeIndex): boolean =>
  nodeTypeOf(graph, node) === 'object' && reader(graph.strings, contextName)(graph.nodeName[node]!)

/** `isScope`, for questions asked of one node after the other. */
export function scopeTest({ nodeType, nodeName, strings }: HeapGraph): (node: NodeIndex) => boolean {
  const object = nodeTypeNumber('object')
  const isName = reader(strings, contextName)
  return node => nodeType[node] === object && isName(nodeName[node]!)
}

/**
 * The name of the function whose variables a scope holds: `''` for an anonymous function and for the function Node.js wraps
 * around a CommonJS module, `undefined` where it cannot be told. A block's scope belongs to the function around it.
 */
export const functionOfScope = (graph: HeapGraph, scope: NodeIndex): string | undefined =>
  scopeOfFunction(graph, scope)?.name

/** The scope of the function that a scope belongs to, with the function's name. */
function scopeOfFunction(graph: HeapGraph, scope: NodeIndex): { scope: NodeIndex; name: string } | undefined {
  // A block in a loop in a loop …: the chain of scopes is as deep as the source is nested.
  for (let at: NodeIndex | undefined = scope, depth = 0; at !== undefined && depth < 50; depth++) {
    const name = ownFunction(graph, at)
    if (name !== undefined) return { scope: at, name }
    at = inside(graph, at, 'previous')
    if (at !== undefined && !isScope(graph, at)) return undefined
  }
  return undefined
}

/** Whether the name of a function is V8's own for one that a class has (`<instance_members_initializer>`), which nobody wrote or calls. */
export const isOfClassFields = (name: string): boolean => /^<(?:instance_members|static)_initializer>$/.test(name)

/**
 * The function whose scope a scope is: of those that close over the scope around it, the one of that name. `undefined` where it is gone, or
 * where several functions of the name stand in different places.
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
 * Whether a scope may be that of a module's variables: no other is around it, and no function with a name made it. (So is that of a nameless
 * function whose module keeps no variables.)
 */
export function isModuleScope(graph: HeapGraph, scope: NodeIndex): boolean {
  const outer = inside(graph, scope, 'previous')
  return !functionOfScope(graph, scope) && (outer === undefined || !isScope(graph, outer))
}

/**
 * V8's ScopeInfo lists the names of the scope's variables, then, for the scope of a function, the function's. How many variables
 * there are is read off the size of the scope: a header of two words, two slots of machinery, then the variables.
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
 * The class (or constructor function) an object was made by, or `undefined`. Its hidden class knows it, but for a class that extends
 * another: there it knows the function at the end of the chain (V8: JSFunction::GetDerivedMap), and the prototype knows the class.
 */
export function constructorOf(graph: HeapGraph, object: NodeIndex): NodeIndex | undefined {
  const byShape = constructorOfShape(graph, object)
  if (byShape !== undefined && textOf(graph, byShape) === textOf(graph, object)) return byShape
  return constructorOfPrototype(graph, object) ?? byShape
}

const textOf = (graph: HeapGraph, node: NodeIndex): string => graph.strings.at(graph.nodeName[node]!)

function constructorOfShape(graph: HeapGraph, object: NodeIndex): NodeIndex | undefined {
  let shape = inside(graph, object, 'map')
  // Shapes point back to the shape they grew from; the first one knows the constructor. A shape grows once per property.
  for (let hops = 0; shape !== undefined && hops < 200; hops++) {
    const maker = inside(graph, shape, 'constructor')
    if (maker !== undefined) return nodeTypeOf(graph, maker) === 'closure' ? maker : undefined
    shape = inside(graph, shape, 'back_pointer')
  }
  return undefined
}

/** The `constructor` of an object's prototype, where V8 took the name of its type from. */
function constructorOfPrototype(graph: HeapGraph, object: NodeIndex): NodeIndex | undefined {
  const shape = inside(graph, object, 'map')
  const prototype = shape && inside(graph, shape, 'prototype')
  const maker = prototype && follow(graph, prototype, 'property', 'constructor')
  return maker !== undefined && textOf(graph, maker) === textOf(graph, object) ? maker : undefined
}
