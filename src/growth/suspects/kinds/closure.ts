import { edgeTypeOf, type HeapGraph, type NodeIndex } from '../../../graph/heap-graph.js'
import { dictionary } from '../../step-words.js'
import { expression, fileOf, functionText, type RetainingPath, type Rule } from './rule.js'

/** A closure scope: the variables of a module, or of a function call that outlived it. */
export const closure: Rule = ({ steps, nodes, heap: { graph }, retainer, chained }) => {
  const { type, name } = steps[retainer]!
  const next = steps[retainer + 1]?.edge ?? ''
  // The retainer is not the interval, but a variable of its callback.
  const isTimers =
    (type === 'Timeout' || type === 'Immediate') && steps.slice(retainer + 1).some(({ edge }) => edge.startsWith('->'))
  if (type !== 'system / Context' && type !== '(closure)' && !isTimers) return undefined
  // A function with properties of its own is used as a dictionary, which another rule names.
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
      ? 'Write out the text and start again, or keep only its end: a string that is appended to keeps all its parts.'
      : chained
        ? 'Each closure keeps what its scope referred to before: set that variable to null after reading it, or do not close over it.'
        : 'Clear the variable, or do not close over it in a long-lived function.',
  }
}

function isDictionary(graph: HeapGraph, node: NodeIndex): boolean {
  let properties = 0
  for (let edge = graph.firstEdge[node]!; edge < graph.firstEdge[node + 1]!; edge++)
    if (edgeTypeOf(graph, edge) === 'property') properties++
  return properties > dictionary
}

/** A variable of an interval's callback. */
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
    hint: 'Remove from the variable what is no longer needed; the timer itself does not leak.',
  }
}
