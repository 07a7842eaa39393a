import { edgeTypeOf, type HeapGraph, type NodeIndex, nodeTypeOf } from '../../graph/heap-graph.js'
import { reader } from '../../graph/strings.js'
import { inside, slotOf } from './edges.js'

/** V8's word for the object that holds the variables a function shares with the functions inside it. */
const contextName = 'system / Context'

/** Whether a node is a closure scope: the variables of one call that outlived it. */
export const isScope = (graph: HeapGraph, node: NodeIndex): boolean =>
  nodeTypeOf(graph, node) === 'object' && reader(graph.strings, contextName)(graph.nodeName[node]!)

/**
 * The name of the function whose variables a scope holds: `''` for an anonymous function and for the function Node.js wraps
 * around a CommonJS module, `undefined` where it cannot be told. A block's scope belongs to the function around it.
 */
export function functionOfScope(graph: HeapGraph, scope: NodeIndex): string | undefined {
  // A block in a loop in a loop …: the chain of scopes is as deep as the source is nested.
  for (let at: NodeIndex | undefined = scope, depth = 0; at !== undefined && depth < 50; depth++) {
    const name = ownFunction(graph, at)
    if (name !== undefined) return name
    at = inside(graph, at, 'previous')
    if (at !== undefined && !isScope(graph, at)) return undefined
  }
  return undefined
}

/** Whether the name of a function is V8's own for one that a class has (`<instance_members_initializer>`), which nobody wrote or calls. */
export const isOfClassFields = (name: string): boolean => /^<(?:instance_members|static)_initializer>$/.test(name)

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

/** The class (or constructor function) an object was made by, read off its hidden class, or `undefined`. */
export function constructorOf(graph: HeapGraph, object: NodeIndex): NodeIndex | undefined {
  let shape = inside(graph, object, 'map')
  // Shapes point back to the shape they grew from; the first one knows the constructor. A shape grows once per property.
  for (let hops = 0; shape !== undefined && hops < 200; hops++) {
    const maker = inside(graph, shape, 'constructor')
    if (maker !== undefined) return nodeTypeOf(graph, maker) === 'closure' ? maker : undefined
    shape = inside(graph, shape, 'back_pointer')
  }
  return undefined
}
