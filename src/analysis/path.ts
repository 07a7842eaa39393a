import type { NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import type { Path } from '../report/report.js'
import { type HeapAnalysis, heapAnalysis } from './analysis.js'
import { asked, askedOptions } from './asked.js'
import type { Heap } from './heap.js'
import { limit } from './options.js'
import { pathSteps, retainingPaths } from './retaining-paths.js'

/**
 * Why an object is kept: its shortest retaining paths through different retainers, nearest first, each from a module, the global
 * object or a GC root. None if nothing keeps it.
 */
export function why(heap: Heap, node: NodeIndex, most = 3): Path[] {
  const object = `${typeOf(heap.graph, node)} @${heap.graph.nodeId[node]}`
  return retainingPaths(heap.graph, node, most).map(path => {
    const steps = pathSteps(heap, path)
    return { shape: 'path', title: `${object}: ${accessPath(steps)}`, steps }
  })
}

/**
 * A path in one line, as one would write it: `globalThis.cache["user-7"].session`, `module.exports.sessions (src/store.js)`. V8's
 * groups of roots are left out.
 */
export function accessPath(steps: Path['steps']): string {
  const start = steps.findIndex(({ type }) => type !== '(synthetic)')
  const [first, ...rest] = steps.slice(Math.max(0, start))
  if (first === undefined) return ''
  const edges = rest.map(({ edge }) => edge).join('')
  // The label of a module is its file.
  const isModule = first.type === 'Module' || (first.type === '(system)' && first.name !== '')
  return isModule ? `module${edges} (${first.name})` : (first.name || first.type) + edges
}

const options = { ...askedOptions, limit: limit('how many paths', 3) }

/** `leakscope path` (`why`, `chain`): what keeps the objects asked about. */
export const pathAnalysis: HeapAnalysis = heapAnalysis({
  name: 'path',
  aliases: ['why', 'chain'],
  summary: 'Why objects are kept: the shortest paths from a root',
  heaps: 1,
  options,
  run(heap, values) {
    const { nodes, title, notes } = asked(heap, values, values.limit)
    // Of several objects, how each is kept; of one, the different ways it is.
    const shared = Number.isFinite(values.limit) ? Math.max(1, Math.floor(values.limit / nodes.length)) : 1
    const each = nodes.length === 1 ? values.limit : shared
    const ways = nodes.map(node => ({ node, paths: why(heap, node, each) }))
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
