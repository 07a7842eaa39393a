import { isNodejsFile, isProgramPlace } from '../../../place.js'
import { fileOf, functionText, type RetainingPath, type Rule } from './rule.js'

/**
 * A function of Node.js that the program replaces by one of its own, which calls the one before: a module that is evaluated again and again,
 * in tests or by a watcher, wraps it each time.
 */
export const wrapper: Rule = ({ steps, retainer }) => {
  const at = retainer + 1
  const name = /^\.([\w$]+)$/.exec(steps[at]?.edge ?? '')?.[1]
  const wraps = steps.slice(at).filter(step => isOwnFunction(step) && step.name === steps[at]!.name)
  if (name === undefined || !isOwnFunction(steps[at]!) || wraps.length < 2 || !isOfNodejs(steps, retainer))
    return undefined
  const variable = steps[retainer]!.edge.replace(/^(?:->|\.)/, '')
  return {
    kind: 'closure',
    name: `${variable}.${name}`,
    subject: `${variable}.${name}, wrapped again and again by ${functionText(steps[at]!)},`,
    detail: 'each wrapper keeps the one before and all that it closes over',
    location: steps[at]!.location,
    hint: 'Wrap it once: mark the wrapper and leave a marked one alone, or put the original back before the module is evaluated again.',
  }
}

const isOwnFunction = ({ type, location }: RetainingPath['steps'][number]): boolean =>
  type === '(closure)' && isProgramPlace(location)

function isOfNodejs(steps: RetainingPath['steps'], retainer: number): boolean {
  const file = fileOf(steps, retainer)
  return file === undefined || isNodejsFile(file)
}
