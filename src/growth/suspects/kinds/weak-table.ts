import { ephemerons } from '../../../graph/ephemerons.js'
import type { NodeIndex } from '../../../graph/heap-graph.js'
import { nodeWithId } from '../../../graph/ids.js'
import { eachReferrer } from '../../../heap/references.js'
import { shortPath } from '../../../heap/script-names.js'
import { namedInSource } from '../../../paths/named-in-source.js'
import { pathSteps, retainingPaths } from '../../../paths/retaining-paths.js'
import { fileOf, type RetainingPath, variableAt, weakEntry } from './rule.js'

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

/**
 * A path on which private fields are read as the source has them. TypeScript, Babel and esbuild compile `#queue` of a class `Outbox`, for targets
 * without private fields, to a WeakMap in a variable `_Outbox_queue`, or `_queue`, beside the class.
 */
export function withPrivateFields(retaining: RetainingPath): RetainingPath {
  const steps = retaining.steps.map((step, at) => {
    const field =
      weakEntry(retaining.steps.slice(0, at + 1), at) === at && at > 0 ? privateField(retaining, at) : undefined
    return field === undefined ? step : { ...step, edge: `.${field}` }
  })
  return { ...retaining, steps }
}

function privateField(retaining: RetainingPath, at: number): string | undefined {
  const { location, type } = retaining.steps[at - 1]!
  const map = weakMapOf(retaining, at)
  if (map === undefined || location === null || variableAt(map.steps, map.retainer) !== map.retainer) return undefined
  const isBeside = fileOf(map.steps, map.retainer) === shortPath(location.file)
  const [, field] = /^->_(.+?)\d*$/.exec(map.steps[map.retainer]!.edge) ?? []
  if (!isBeside || field === undefined) return undefined
  return `#${field.startsWith(`${type}_`) ? field.slice(type.length + 1) : field}`
}
