import { describe } from '../../../heap/describe.js'
import { placeOf } from '../../../heap/places.js'
import { follow } from '../../../heap/v8/edges.js'
import { type Clue, functionText, isProgram, type Rule } from './clue.js'

const isTimer = (type: string): boolean => type === 'Timeout' || type === 'Immediate'

/** Timers that nobody clears: Node.js keeps them in lists of its own, by milliseconds. */
export const timer: Rule = clue => {
  const { steps } = clue
  const holder = steps[clue.holder]!
  const at = steps.findIndex(({ type }, step) => step >= clue.holder && isTimer(type))
  if (at < 0 || !(isTimer(holder.type) || holder.type === 'TimersList' || isNodes(clue))) return undefined
  const { type, name } = steps[at]!
  const every = /^(\d+) ms( repeat)?/.exec(name)
  const when = every === null ? '' : every[2] ? ` every ${every[1]} ms` : ` after ${every[1]} ms`
  const callback = callbackOf(clue, at)
  const called = callback && functionText(callback)
  return {
    kind: 'timer',
    name: `${type}${when}${callback === undefined ? '' : ` → ${callback.name.split('  ')[0] || '(anonymous)'}`}`,
    subject: `${type}${when}${called === undefined ? '' : ` → ${called}`}`,
    location: callback?.location ?? null,
    hint: `${type === 'Immediate' ? 'clearImmediate' : /repeat/.test(name) ? 'clearInterval' : 'clearTimeout'} each timer when what it serves is closed.`,
  }
}

function callbackOf({ heap, nodes }: Clue, at: number): Pick<Clue['steps'][number], 'name' | 'location'> | undefined {
  const callback =
    follow(heap.graph, nodes[at]!, 'property', '_onTimeout') ??
    follow(heap.graph, nodes[at]!, 'property', '_onImmediate')
  return callback === undefined
    ? undefined
    : { name: describe(heap, callback), location: placeOf(heap, callback) ?? null }
}

/** Whether the program has no part in how the holder is kept. */
const isNodes = ({ steps, holder }: Clue): boolean =>
  steps
    .slice(0, holder + 1)
    .every(({ location, type }) => type !== 'Module' && (location === null || !isProgram(location)))
