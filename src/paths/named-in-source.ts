import { eachEdgeTo } from '../graph/edges-to.js'
import type { NodeIndex } from '../graph/heap-graph.js'
import { edgeTypeOf, nodeTypeOf } from '../graph/heap-graph.js'
import { locationOf } from '../graph/locations.js'
import type { Heap } from '../heap/heap.js'
import { inside } from '../heap/v8/edges.js'
import type { PathStep } from '../report/report.js'
import type { Hop } from './retaining-paths.js'

/** Steps of a path with the names that classes, functions and variables have in the source, where source maps say them. */
export const namedInSource = (heap: Heap, hops: readonly Hop[], steps: readonly PathStep[]): PathStep[] =>
  steps.map((step, at) => {
    const hop = hops[at]!
    const edge = variableName(heap, hop) ?? step.edge
    const own = ownName(heap, hop.node, step)
    if (own === undefined) return edge === step.edge ? step : { ...step, edge }
    return step.type === '(closure)'
      ? { ...step, edge, name: step.name.replace(/^\S+/, own.replaceAll('$', '$$$$')) }
      : { ...step, edge, type: own }
  })

function ownName({ graph, places }: Heap, node: NodeIndex, { type, name }: PathStep): string | undefined {
  const location = locationOf(graph, node)
  const names = location && places.namesOf?.(location.script)
  if (location === undefined || names === undefined) return undefined
  return names.own(type === '(closure)' ? name.split('  ')[0]! : type, location.line, location.column)
}

/** The edge of a variable, in a scope that functions of the script share. */
function variableName({ graph, places }: Heap, { last, via }: Hop): string | undefined {
  if (places.namesOf === undefined || last === undefined || edgeTypeOf(graph, last) !== 'context') return undefined
  const name = graph.strings.at(graph.edgeName[last]!)
  let found: string | undefined
  eachEdgeTo(graph, via!, (_, sharer) => {
    if (found !== undefined || nodeTypeOf(graph, sharer) !== 'closure' || inside(graph, sharer, 'context') !== via)
      return
    const location = locationOf(graph, sharer)
    found = location && places.namesOf?.(location.script)?.variable(name, location.line, location.column)
  })
  return found === undefined ? undefined : `->${found}`
}
