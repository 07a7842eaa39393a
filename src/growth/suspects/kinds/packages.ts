import { type HeapGraph, type NodeIndex, nodeTypeOf } from '../../../graph/heap-graph.js'
import { locationOf } from '../../../graph/locations.js'
import { memo } from '../../../graph/memo.js'
import type { Heap } from '../../../heap/heap.js'
import { eachReferrer } from '../../../heap/references.js'
import { moduleFile } from '../../../heap/roots.js'
import { constructorOf, isScope } from '../../../heap/v8/scopes.js'
import { scriptOf, scriptsIn } from '../../../heap/v8/scripts.js'
import { isNodejsFile, isProgramPlace, type Place } from '../../../place.js'
import { type Package, packageOf } from '../../../sources/package-of.js'
import { plainPath } from '../../../sources/script-path.js'
import type { RetainingPath } from './rule.js'

/** The package whose code has the retainer in a variable, or created it. */
export function packageAt({ heap, steps, nodes, retainer, anchors }: RetainingPath): Package | undefined {
  const scriptsAt = (some: readonly NodeIndex[]): string[] => some.flatMap(node => scriptAt(heap.graph, node) ?? [])
  const above = nodes.slice(0, retainer + 1)
  const file =
    (anchors ? scriptsAt(nodes)[0] : undefined) ??
    fileAt(heap, nodes[retainer]!) ??
    scriptsAt(above).at(-1) ??
    above.flatMap(node => moduleFile(heap.graph, node) ?? []).at(-1)
  return (file === undefined ? undefined : packageOf(plainPath(file))) ?? bundledAt(steps.slice(0, retainer + 1))
}

/** The package of a function. */
export function packageOfFunction({ graph }: Heap, code: NodeIndex): Package | undefined {
  const script = nodeTypeOf(graph, code) === 'closure' ? scriptAt(graph, code) : undefined
  return script === undefined ? undefined : packageOf(plainPath(script))
}

/** The package that has the class of the leaked objects. */
export function packageOfClass({ heap: { graph }, nodes }: RetainingPath): Package | undefined {
  const node = nodes.at(-1)!
  const script = nodeTypeOf(graph, node) === 'object' ? scriptAt(graph, node) : undefined
  return script === undefined ? undefined : packageOf(plainPath(script))
}

/**
 * The package of a source location. The location may be relative to the program's folder; a script of the package
 * completes it.
 */
export function packageOfPlace({ graph }: Heap, { file }: Place): Package | undefined {
  const found = packageOf(plainPath(file))
  if (found === undefined || found.version !== undefined) return found
  const folder = `/node_modules/${found.name}/`
  const script = [...scripts(graph).values()].map(plainPath).find(path => path.replaceAll('\\', '/').includes(folder))
  return script === undefined ? found : (packageOf(script) ?? found)
}

/** In a bundle, the source map has the package of the code, but not its version. */
function bundledAt(above: RetainingPath['steps']): Package | undefined {
  const places = above.map(({ location, declared }) => (isProgramPlace(location) ? location : declared))
  const place = places.findLast(place => place !== undefined)
  const found = place ? packageOf(place.file) : undefined
  return found === undefined ? undefined : { name: found.name, version: undefined }
}

/** By number: the scripts of the program. */
const scripts = memo(
  (graph: HeapGraph): ReadonlyMap<number, string> =>
    new Map(scriptsIn(graph).flatMap(({ id, url }) => (url === '' || isNodejsFile(url) ? [] : [[id, url]]))),
)

/** The script of a function or of an object's class, unless it is one of Node.js. */
function scriptAt(graph: HeapGraph, node: NodeIndex): string | undefined {
  const isFunction = nodeTypeOf(graph, node) === 'closure'
  const code = isFunction ? node : constructorOf(graph, node)
  const script = code === undefined ? undefined : scriptOf(graph, code)
  if (script !== undefined && !isNodejsFile(script)) return script
  // An object's shape may only have the location of the Node.js class that its own class extends.
  const location = isFunction ? undefined : locationOf(graph, node)
  return location === undefined ? undefined : scripts(graph).get(location.script)
}

/** The file whose functions share a scope: the node itself, or the scope that has it as a variable. */
function fileAt({ graph }: Heap, node: NodeIndex): string | undefined {
  let file: string | undefined
  const ofScope = (scope: NodeIndex): void =>
    eachReferrer(graph, scope, sharer => {
      if (nodeTypeOf(graph, sharer) === 'closure') file ??= scriptOf(graph, sharer)
    })
  if (isScope(graph, node)) ofScope(node)
  else {
    eachReferrer(graph, node, scope => {
      if (file === undefined && isScope(graph, scope)) ofScope(scope)
    })
  }
  return file
}
