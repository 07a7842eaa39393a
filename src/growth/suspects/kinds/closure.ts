import { edgeTypeOf, type HeapGraph, type NodeIndex } from '../../../graph/heap-graph.js'
import { dictionary } from '../../step-words.js'
import { expression, fileOf, functionText, type RetainingPath, type Rule } from './rule.js'

/** A closure scope: the variables of a module, or of a function call that outlived it. */
export const closure: Rule = ({ steps, nodes, heap: { graph }, retainer, chained }) => {
  const { type, name } = steps[retainer]!
  const next = steps[retainer + 1]?.edge ?? ''
  // An interval is no retainer of its own: what its callback has in variables is.
  const isTimers =
    (type === 'Timeout' || type === 'Immediate') && steps.slice(retainer + 1).some(({ edge }) => edge.startsWith('->'))
  if (type !== 'system / Context' && type !== '(closure)' && !isTimers) return undefined
  // Own properties of a function, or their names, are those of a dictionary; so are many of them, where the path to what grows is another.
  if (
    type === '(closure)' &&
    (/^[.[]|^\{properties\}/.test(next) || (next === '…' && isDictionary(graph, nodes[retainer]!)))
  )
    return undefined
  if (isTimers) return ofTimer(steps, retainer)
  const variable = steps[retainer + 1]?.edge.startsWith('->')
    ? steps[retainer + 1]!.edge.slice(2)
    : expression(steps, retainer)
  const file = fileOf(steps, steps[retainer + 1]?.edge.startsWith('->') ? retainer + 1 : steps.length - 1)
  const scope = steps.slice(retainer + 1).find(step => step.type === 'system / Context')
  const link = steps
    .slice(retainer + 2)
    .find(({ edge }) => edge.startsWith('->'))
    ?.edge.slice(2)
  const of = /closure scope of (\S+\(\))/.exec(scope?.name ?? '')?.[1]
  const isText = chained && steps.at(-1)!.type.endsWith('string)')
  return {
    kind: 'closure',
    name: variable || name || 'closure',
    subject: `${variable ? `Variable ${variable}` : name || 'A closure scope'}${file === undefined ? '' : ` in ${file}`}`,
    ...(chained && scope !== undefined
      ? {
          detail: `each is kept by the next, as ${link === undefined ? 'a variable' : link} in the closure scope${of === undefined ? '' : ` of ${of}`}`,
        }
      : {}),
    hint: isText
      ? 'Write the text out and begin anew, or keep its end only: a string that is added to keeps all its parts.'
      : chained
        ? 'A closure keeps what its scope held before: set that variable to null once it has been read, or do not close over it.'
        : 'Clear the variable, or do not let a function that lives on close over it.',
  }
}

function isDictionary(graph: HeapGraph, node: NodeIndex): boolean {
  let properties = 0
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (edgeTypeOf(graph, edge) === 'property') properties++
  return properties > dictionary
}

/** A variable of the function that an interval calls. */
function ofTimer(steps: RetainingPath['steps'], retainer: number): ReturnType<Rule> {
  const at = steps.findIndex(({ edge }, step) => step > retainer && edge.startsWith('->'))
  const variable = steps[at]!.edge.slice(2)
  const callback = steps.slice(retainer, at).find(({ type }) => type === '(closure)')
  const file = fileOf(steps, at)
  return {
    kind: 'closure',
    name: variable,
    subject: `Variable ${variable}${file === undefined ? '' : ` in ${file}`}`,
    ...(callback === undefined ? {} : { detail: `kept by the callback of a timer, ${functionText(callback)}` }),
    hint: 'Take out of the variable what is done with; the timer itself only goes on being called.',
  }
}
