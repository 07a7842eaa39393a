import type { DrawnNode } from '../report/report.js'
import { counted } from '../units.js'

/** What V8 calls things, and what the people who wrote them do. A text that is empty says that the label is enough. */
const words: ReadonlyMap<string, string> = new Map([
  ['(closure)', 'function'],
  ['(string)', 'string'],
  ['(concatenated string)', 'string'],
  ['(sliced string)', 'string'],
  ['(symbol)', 'symbol'],
  ['(number)', 'number'],
  ['(synthetic)', 'GC root'],
  ['system / Context', ''],
])

/** Whether a node is a module or the global object, as far as its words tell: a module is labelled by its file. */
export const isModule = (type: string, label: string): boolean =>
  type === 'Module' || label === 'globalThis' || (type === '(system)' && /[./]/.test(label))

/** What a thing is in people's words: `function` for `(closure)`, `module`, or its type as it is. */
export const wordOf = (type: string, label: string): string =>
  label !== 'globalThis' && isModule(type, label) ? 'module' : words.get(type) || type

/**
 * What a node in a picture is headed by, and what stands below: `Session` and `id "7"`, `function ×37` and its name, `module` and its file;
 * `closure scope of f() ×8` alone. The tooltip has V8's word.
 */
export function heading({ type, label, count }: DrawnNode): readonly string[] {
  const word = label === 'globalThis' || words.get(type) === '' ? '' : wordOf(type, label)
  const many = count === undefined ? '' : ` ×${counted(count)}`
  if (word !== '') return [word + many, label]
  return [(label.replace(/^each /, '') || type) + many]
}
