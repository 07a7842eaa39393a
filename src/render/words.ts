import type { DrawnNode } from '../report/report.js'
import { counted } from '../units.js'

/** V8's names for types, and those that JavaScript programmers use. Empty: the label is enough. */
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

/**
 * Whether a node is a module or the global object, judged by its type and label: a module is labelled with its file.
 */
export const isModule = (type: string, label: string): boolean =>
  type === 'Module' || label === 'globalThis' || (type === '(system)' && /[./]/.test(label))

/** The usual word for a node's type: `function` for `(closure)`, `module`, or the type itself. */
export const wordOf = (type: string, label: string): string =>
  label !== 'globalThis' && isModule(type, label) ? 'module' : words.get(type) || type

/**
 * The first and second line of a node in a picture: `Session` and `id "7"`, `function ×37` and its name, `module` and
 * its file; `closure scope of f() ×8` alone. The tooltip has V8's name for the type.
 */
export function heading({ type, label, count }: DrawnNode): readonly string[] {
  const word = label === 'globalThis' || words.get(type) === '' ? '' : wordOf(type, label)
  const many = count === undefined ? '' : ` ×${counted(count)}`
  if (word !== '') return [word + many, label]
  return [(label.replace(/^each /, '') || type) + many]
}
