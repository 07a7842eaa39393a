import type { DrawnNode } from '../report/report.js'
import { counted } from '../units.js'

/** What V8 calls things, and what the people who wrote them do. A text that is empty says that the label is enough. */
const words: Readonly<Record<string, string>> = {
  '(closure)': 'function',
  '(string)': 'string',
  '(concatenated string)': 'string',
  '(sliced string)': 'string',
  '(symbol)': 'symbol',
  '(number)': 'number',
  'system / Context': '',
}

/** Whether a node is a module or the global object, as far as its words tell: a module is labelled by its file. */
export const isModule = (type: string, label: string): boolean =>
  type === 'Module' || label === 'globalThis' || (type === '(system)' && /[./]/.test(label))

/** The first line of a node in a picture: `Session`, `function`, `module`, `Session ×37`. The tooltip has V8's word for it. */
export function heading({ type, label, count }: DrawnNode): string {
  const word = label === 'globalThis' ? '' : isModule(type, label) ? 'module' : (words[type] ?? type)
  const many = count === undefined ? '' : `×${counted(count)}`
  return [word || (label === '' ? type : ''), many].filter(Boolean).join(' ')
}
