import type { NodeIndex, ObjectId } from '../graph/heap-graph.js'
import { nodeWithId } from '../graph/ids.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import type { Path, PathStep } from '../report/report.js'
import { flag, type HeapAnalysis, heapAnalysis } from './analysis.js'
import { asked, askedOptions } from './asked.js'
import type { Heap } from './heap.js'
import type { WayOrder } from './nearest-ways.js'
import { limit } from './options.js'
import { pathSteps, retainingPaths } from './retaining-paths.js'

/**
 * Why an object is kept: retaining paths through its different retainers, those first that say most to people (or, in the order
 * `shortest`, those with the fewest edges), each from a module, the global object, a waiting timer or a GC root. None if nothing
 * keeps it.
 */
export function why(heap: Heap, node: NodeIndex, most = 3, order: WayOrder = 'friendliest'): Path[] {
  const object = `${typeOf(heap.graph, node)} @${heap.graph.nodeId[node]}`
  return retainingPaths(heap.graph, node, most, order).map(path => {
    const steps = pathSteps(heap, path).map(step => ({ ...step, ...sizesOf(heap, step.id) }))
    return { shape: 'path', title: `${object}: ${accessPath(steps)}`, steps }
  })
}

function sizesOf({ graph }: Heap, id: ObjectId): { shallow: number; retained: number } {
  const node = nodeWithId(graph, id)!
  return { shallow: shallowSizes(graph)[node]!, retained: retainedSizes(graph)[node]! }
}

/**
 * A path in one line, as one would write it: `globalThis.cache["user-7"].session`, `module.exports.sessions (src/store.js)`,
 * `Timeout(30000 ms repeat → poll)._onTimeout->session`. V8's groups of roots are left out.
 */
export function accessPath(steps: Path['steps']): string {
  const start = steps.findIndex(({ type }) => type !== '(synthetic)')
  const [first, ...rest] = steps.slice(Math.max(0, start))
  if (first === undefined) return ''
  const edges = rest.map(({ edge }) => edge).join('')
  // The label of a module is its file.
  const isModule = first.type === 'Module' || (first.type === '(system)' && first.name !== '')
  return isModule ? `module${edges} (${first.name})` : startOf(first) + edges
}

function startOf({ type, name }: PathStep): string {
  if (name === '' || name === 'globalThis') return name || type
  if (type === '(closure)') return name.replace(/ {2}\S+:\d+:\d+/, '')
  return name.startsWith('closure scope') ? name : `${type}(${name})`
}

const options = {
  ...askedOptions,
  limit: limit('how many paths', 3),
  shortest: flag('--shortest', 'the paths with the fewest edges, also through Node.js and V8, as DevTools tells them'),
}

/** `leakscope path` (`why`, `chain`): what keeps the objects asked about. */
export const pathAnalysis: HeapAnalysis = heapAnalysis({
  name: 'path',
  aliases: ['why', 'chain'],
  summary: 'Why objects are kept: paths from a module, a global, a timer or a GC root',
  heaps: 1,
  options,
  run(heap, values) {
    const { nodes, title, notes } = asked(heap, values, values.limit)
    // Of several objects, how each is kept; of one, the different ways it is.
    const shared = Number.isFinite(values.limit) ? Math.max(1, Math.floor(values.limit / nodes.length)) : 1
    const each = nodes.length === 1 ? values.limit : shared
    const ways = nodes.map(node => ({
      node,
      paths: why(heap, node, each, values.shortest ? 'shortest' : 'friendliest'),
    }))
    const loose = ways.filter(({ paths }) => paths.length === 0)
    return {
      title: `Why ${title} is kept`,
      sections: ways.flatMap(({ paths }) => paths),
      notes: [
        ...notes,
        ...loose.map(({ node }) => `Nothing keeps @${heap.graph.nodeId[node]}: the next collection frees it.`),
      ],
    }
  },
})
