import { ephemerons } from '../../../graph/ephemerons.js'
import type { NodeIndex } from '../../../graph/heap-graph.js'
import { nodeWithId } from '../../../graph/ids.js'
import { eachReferrer } from '../../../heap/references.js'
import { namedInSource } from '../../../paths/named-in-source.js'
import { pathSteps, retainingPaths } from '../../../paths/retaining-paths.js'
import type { RetainingPath } from './rule.js'

/**
 * The path to the WeakMap in which the previous step is the key and this step the value. The retaining path leads
 * through the key and does not show the WeakMap. `undefined` if only V8 refers to the WeakMap.
 */
export function weakMapOf({ heap, nodes }: RetainingPath, step: number): RetainingPath | undefined {
  const { graph } = heap
  const { entryOf, tableOf } = ephemerons(graph)
  const [key, value] = [nodes[step - 1]!, nodes[step]!]
  let map: NodeIndex | undefined
  for (let edge = graph.firstEdge[key]!; edge < graph.firstEdge[key + 1]! && map === undefined; edge++) {
    const entry = graph.edgeTo[edge] === value ? entryOf[graph.edgeName[edge]!]! : 0
    const table = entry === 0 ? undefined : nodeWithId(graph, tableOf[entry]!)
    if (table === undefined) continue
    eachReferrer(graph, table, owner => {
      map ??= owner
    })
  }
  const path = map === undefined ? undefined : retainingPaths(graph, map, 1)[0]
  if (path === undefined) return undefined
  return {
    heap,
    steps: namedInSource(heap, path, pathSteps(heap, path, Number.POSITIVE_INFINITY)),
    nodes: path.map(({ node }) => node),
    retainer: path.length - 1,
    chained: false,
    anchors: false,
  }
}
