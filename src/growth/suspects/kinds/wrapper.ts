import { nodeTypeOf } from '../../../graph/heap-graph.js'
import { placeOf } from '../../../heap/places.js'
import { eachReference } from '../../../heap/references.js'
import { isScope } from '../../../heap/v8/scopes.js'
import { isNodejsFile, isProgramPlace, type Place } from '../../../place.js'
import { expression, fileOf, functionText, type RetainingPath, type Rule } from './rule.js'

/** An object that is wrapped repeatedly: each wrapper keeps the previous one. */
export const wrapper: Rule = retaining => proxies(retaining) ?? functions(retaining)

/** A variable or property that is repeatedly set to a Proxy of its previous value. */
function proxies(retaining: RetainingPath): ReturnType<Rule> {
  const { steps, retainer } = retaining
  const at = steps.findIndex(
    ({ name }, step) => step > retainer && name === 'Proxy' && steps[step + 1]?.name === 'Proxy',
  )
  const name = at < 0 ? '' : expression(steps, at)
  if (name === '') return undefined
  // A Proxy has no file.
  const file = fileOf([...steps.slice(0, at), { ...steps[at]!, name: '' }], at)
  return {
    kind: 'closure',
    name,
    subject: `${steps[at]!.edge.startsWith('->') ? 'Variable ' : ''}${name}${file === undefined ? '' : ` in ${file}`}, wrapped again and again in a Proxy,`,
    detail: 'each Proxy keeps the one before and its handler',
    hint: 'Keep the object itself and create each Proxy around it, or do not wrap what is already wrapped.',
  }
}

/**
 * A function of Node.js that the program replaces by its own, which calls the previous one: a module that is evaluated
 * repeatedly, in tests or by a watcher, wraps it each time.
 */
function functions(retaining: RetainingPath): ReturnType<Rule> {
  const { steps, retainer } = retaining
  const at = retainer + 1
  const name = /^\.([\w$]+)$/.exec(steps[at]?.edge ?? '')?.[1]
  if (
    name === undefined ||
    !isOwnFunction(steps[at]!) ||
    !isOfNodejs(retaining, retainer) ||
    !wrapsItsLike(retaining, at)
  )
    return undefined
  const variable = steps[retainer]!.edge.replace(/^(?:->|\.)/, '')
  return {
    kind: 'closure',
    name: `${variable}.${name}`,
    subject: `${variable}.${name}, wrapped again and again by ${functionText(steps[at]!)},`,
    detail: 'each wrapper keeps the one before and all that it closes over',
    location: steps[at]!.location,
    hint: 'Wrap it once: mark the wrapper and do not wrap a marked one, or restore the original before the module is evaluated again.',
  }
}

/** Whether a function has another function from the same source location in its variables. */
function wrapsItsLike({ heap, nodes, steps }: RetainingPath, at: number): boolean {
  const { name } = steps[at]!
  if (steps.slice(at + 1).some(step => isOwnFunction(step) && step.name === name)) return true
  const { graph } = heap
  const place = placeOf(heap, nodes[at]!)
  let found = false
  eachReference(graph, nodes[at]!, scope => {
    if (!isScope(graph, scope)) return
    eachReference(graph, scope, to => {
      found ||= to !== nodes[at] && nodeTypeOf(graph, to) === 'closure' && isSamePlace(placeOf(heap, to), place)
    })
  })
  return found
}

const isSamePlace = (a: Place | null | undefined, b: Place | null | undefined): boolean =>
  a != null && b != null && a.file === b.file && a.line === b.line && a.column === b.column

const isOwnFunction = ({ type, location }: RetainingPath['steps'][number]): boolean =>
  type === '(closure)' && isProgramPlace(location)

/**
 * Whether an object belongs to Node.js: the program may have a variable for it, as for `fs`, but most of its functions
 * are not the program's.
 */
function isOfNodejs({ heap, nodes, steps }: RetainingPath, at: number): boolean {
  const file = fileOf(steps, at)
  if (file === undefined || isNodejsFile(file)) return true
  let programs = 0
  let others = 0
  eachReference(heap.graph, nodes[at]!, to => {
    if (nodeTypeOf(heap.graph, to) !== 'closure') return
    if (isProgramPlace(placeOf(heap, to))) programs++
    else others++
  })
  return others > programs
}
