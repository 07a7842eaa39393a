import { isProgramPlace } from '../place.js'
import type { Drawing, DrawnNode, Path, PathStep, Report } from '../report/report.js'
import { isModule } from './words.js'

/**
 * Everything in a report that can be drawn, as one drawing: its drawings merged, or, if it has none, its paths
 * (objgraph's show_chain). Objects in several of them are drawn once.
 */
export function drawn({ title, sections }: Report): Drawing {
  const drawings = sections.filter(section => section.shape === 'drawing')
  const parts = drawings.length > 0 ? drawings : sections.filter(section => section.shape === 'path').map(chain)
  if (parts.length === 1) return parts[0]!
  const nodes = new Map(
    parts
      .flatMap(part => part.nodes)
      .reverse()
      .map(node => [node.id, node]),
  )
  const edges = new Map(parts.flatMap(part => part.edges).map(edge => [JSON.stringify(edge), edge]))
  return { shape: 'drawing', title, nodes: [...nodes.values()].reverse(), edges: [...edges.values()] }
}

/** A path as a drawing in which its last object is the selected one. */
function chain({ title, steps }: Path): Drawing {
  const last = steps.length - 1
  const nodes = steps.map((step, at): DrawnNode => {
    const start = isModule(step.type, step.name) ? 'module' : isRoot(step, at === 0) ? 'root' : 'plain'
    const role = at === last ? 'asked' : start
    return {
      id: step.id,
      type: step.type,
      label: step.name,
      shallow: step.shallow ?? 0,
      retained: step.retained ?? 0,
      role,
      depth: last - at,
      extra: placeBeside(step),
    }
  })
  const edges = steps
    .slice(1)
    .map((step, at) => ({ from: steps[at]!.id, to: step.id, type: edgeWord(step.edge), label: step.edge }))
  return { shape: 'drawing', title, direction: 'backrefs', nodes, edges }
}

/** V8's roots, and a first object that Node.js keeps alive: a pending timer, a function that awaits. */
const isRoot = ({ type }: PathStep, isFirst: boolean): boolean =>
  type === '(synthetic)' || type === '(GC roots)' || (isFirst && (type === 'Timeout' || type === 'Generator'))

/** The source location, unless it is in the name or in Node.js. */
function placeBeside({ name, location }: PathStep): string {
  if (!isProgramPlace(location)) return ''
  const place = `${location.file.split('/').slice(-2).join('/')}:${location.line}:${location.column}`
  return name.includes(place) ? '' : place
}

/** The edge type, from the notation of its label. */
function edgeWord(label: string): 'property' | 'element' | 'weak' | 'internal' | 'context' {
  if (label.startsWith('[[')) return 'weak'
  if (label.startsWith('{')) return 'internal'
  if (label.startsWith('->')) return 'context'
  return label.startsWith('[') ? 'element' : 'property'
}
