import type { Drawing, DrawnEdge, DrawnNode, PathStep } from '../report/report.js'
import { runsBackwards } from './ladder.js'

/**
 * A drawing as paths, one per selected object. For backrefs, from the nearest module or root in the drawing, or else
 * the farthest object, to the selected one; otherwise from the selected object to the farthest. Always in the direction
 * of the arrows.
 */
export function pathsIn(drawing: Drawing): PathStep[][] {
  const backwards = runsBackwards(drawing)
  const nodes = new Map(drawing.nodes.map(node => [node.id, node]))
  const beyond = new Map<string | number, DrawnEdge[]>(drawing.nodes.map(({ id }) => [id, []]))
  for (const edge of drawing.edges) beyond.get(backwards ? edge.to : edge.from)?.push(edge)

  return drawing.nodes.filter(({ role }) => role === 'asked').map(pathFrom)

  function pathFrom(selected: DrawnNode): PathStep[] {
    const cameBy = new Map<DrawnNode, DrawnEdge | undefined>([[selected, undefined]])
    let end = selected
    // Breadth first: a Map is iterated in insertion order, including entries added meanwhile.
    for (const [node] of cameBy) {
      end = node
      if (backwards && node !== selected && (node.role === 'module' || node.role === 'root')) break
      for (const edge of beyond.get(node.id)!) {
        const next = nodes.get(backwards ? edge.from : edge.to)
        if (next !== undefined && next.role !== 'more' && !cameBy.has(next)) cameBy.set(next, edge)
      }
    }
    const steps: PathStep[] = []
    let node = end
    for (let edge = cameBy.get(node); edge !== undefined; edge = cameBy.get(node)) {
      steps.push(stepOf(node, edge.label))
      node = nodes.get(backwards ? edge.to : edge.from)!
    }
    steps.push(stepOf(selected, ''))
    return backwards ? shifted(steps) : steps.reverse()
  }
}

const stepOf = ({ type, label, id }: DrawnNode, edge: string): PathStep => ({
  edge,
  type,
  name: label,
  id: Number(id),
  location: null,
})

/**
 * Steps found from the selected object upwards have the edge that leaves them; a path has the edge that leads to each
 * step.
 */
const shifted = (steps: readonly PathStep[]): PathStep[] =>
  steps.map((step, at) => ({ ...step, edge: at === 0 ? '' : steps[at - 1]!.edge }))
