import { describe } from '../../../heap/describe.js'
import { placeOf } from '../../../heap/places.js'
import { callbackOf, isInterval, isNodeTimer, period } from '../../../heap/v8/timers.js'
import { nameInSource } from '../named-in-source.js'
import { fileOf, functionText, makerOf, type RetainingPath, type Rule } from './rule.js'

const isTimer = (type: string): boolean => type === 'Timeout' || type === 'Immediate'

/**
 * Timers that wait and that nobody clears: Node.js keeps them in lists of its own, by milliseconds. What the callback of one old timer
 * has in its variables is theirs, and a timer that was cleared or has fired is kept by whoever has it.
 */
export const timer: Rule = retaining => {
  const { steps } = retaining
  const retainer = steps[retaining.retainer]!
  const from = retaining.anchors ? retaining.retainer : retaining.retainer + 1
  const at = steps.findIndex(({ type }, step) => step >= from && isTimer(type))
  if (at < 0 || !(isTimer(retainer.type) || retainer.type === 'TimersList' || isNodes(retaining))) return undefined
  const { graph } = retaining.heap
  const node = retaining.nodes[at]!
  const { type } = steps[at]!
  const milliseconds = period(graph, node)
  const callback = callbackOf(graph, node)
  if (callback === undefined || (type === 'Timeout' && milliseconds === undefined)) return undefined
  const repeats = isInterval(graph, node)
  const when = milliseconds === undefined ? '' : ` ${repeats ? 'every' : 'after'} ${milliseconds} ms`
  const name = describe(retaining.heap, callback).split('  ')[0]!
  const called = {
    name: nameInSource(retaining.heap, callback, name),
    location: placeOf(retaining.heap, callback) ?? null,
  }
  const maker = makerOf(retaining, callback)
  return {
    kind: 'timer',
    name: `${type}${when} → ${called.name || '(anonymous)'}`,
    subject: `${type}${when} → ${functionText(called)}`,
    location: called.location,
    ...(maker === undefined ? {} : { detail: `set by ${maker}` }),
    hint: `${type === 'Immediate' ? 'clearImmediate' : repeats ? 'clearInterval' : 'clearTimeout'} each timer when what it serves is closed.`,
  }
}

/** Whether a timer waits no more: it was cleared, or has fired. */
export function isOver({ heap: { graph }, nodes, steps }: RetainingPath, at: number): boolean {
  const { type } = steps[at]!
  const node = nodes[at]!
  if (!isTimer(type) || !isNodeTimer(graph, node)) return false
  return callbackOf(graph, node) === undefined || (type === 'Timeout' && period(graph, node) === undefined)
}

/** Whether the program has no part in how the retainer is kept. */
const isNodes = ({ steps, retainer }: RetainingPath): boolean => fileOf(steps, retainer) === undefined
