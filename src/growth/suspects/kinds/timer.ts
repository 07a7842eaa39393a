import { describe } from '../../../heap/describe.js'
import { placeOf } from '../../../heap/places.js'
import { inside } from '../../../heap/v8/edges.js'
import { callbackOf, isInterval, isNodeTimer, period } from '../../../heap/v8/timers.js'
import { nameInSource } from '../../../paths/named-in-source.js'
import { isProgramPlace } from '../../../place.js'
import { fileOf, functionText, makerOf, type RetainingPath, type Rule } from './rule.js'
import { waiterOf } from './waiter.js'

const isTimer = (type: string): boolean => type === 'Timeout' || type === 'Immediate'

/**
 * Pending timers that are never cleared: Node.js keeps them in lists by duration. Growth in the variables of a single
 * old timer's callback belongs to those variables, and a timer that was cleared or has fired is retained by the
 * program.
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
  const code = inside(graph, callback, 'bound_function') ?? callback
  const name = describe(retaining.heap, code).split('  ')[0]!
  const own = { name: nameInSource(retaining.heap, code, name), location: placeOf(retaining.heap, code) ?? null }
  // The program awaits what a timer of node:timers/promises resolves.
  const waiter = isProgramPlace(own.location) ? undefined : waiterOf(retaining.heap, callback)
  const called = waiter ?? own
  if (milliseconds !== undefined && called.location?.file === 'node:internal/abort_controller')
    return timeout(milliseconds)
  const maker = waiter === undefined ? makerOf(retaining, code) : undefined
  return {
    kind: 'timer',
    name: `${type}${when} → ${called.name || '(anonymous)'}`,
    subject: `${type}${when} → ${functionText(called)}`,
    location: called.location,
    ...(waiter?.awaits ? { detail: 'a timer that it awaits' } : {}),
    // The generator of setInterval() of node:timers/promises belongs to Node.js.
    ...(waiter?.awaits && steps.at(-1)!.name.startsWith('paused in ') ? { leaked: type } : {}),
    ...(maker === undefined ? {} : { detail: `set by ${maker}` }),
    hint: waiter?.awaits
      ? abortable
      : `${type === 'Immediate' ? 'clearImmediate' : repeats ? 'clearInterval' : 'clearTimeout'} each timer when what it serves is closed.`,
  }
}

/** AbortSignal.timeout() waits its time out, whatever becomes of what it was made for. */
const timeout = (milliseconds: number): ReturnType<Rule> => ({
  kind: 'timer',
  isMany: true,
  name: `AbortSignal.timeout(${milliseconds})`,
  subject: `Signals of AbortSignal.timeout(${milliseconds})`,
  hint: 'A signal of AbortSignal.timeout() cannot be cleared: take a shorter time, or an AbortController with a timer that is cleared when the work is done.',
})

const abortable = 'Wait with node:timers/promises and a { signal }, and abort it when what it serves is closed.'

/** Whether a timer waits no more: it was cleared, or has fired. */
export function isOver({ heap: { graph }, nodes, steps }: RetainingPath, at: number): boolean {
  const { type } = steps[at]!
  const node = nodes[at]!
  if (!isTimer(type) || !isNodeTimer(graph, node)) return false
  return callbackOf(graph, node) === undefined || (type === 'Timeout' && period(graph, node) === undefined)
}

/** Whether the program has no part in how the retainer is kept. */
const isNodes = ({ steps, retainer }: RetainingPath): boolean => fileOf(steps, retainer) === undefined
