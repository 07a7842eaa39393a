import type { Rule } from './rule.js'

/** Node.js up to 22 lists every AsyncLocalStorage that was ever entered, until disable() is called on it. */
export const asyncStorage: Rule = ({ steps, retainer }) => {
  const isList = steps[retainer]!.edge === '->storageList' && steps[retainer]!.type === 'Array'
  if (!isList || steps[retainer + 1]?.type !== 'AsyncLocalStorage') return undefined
  return {
    kind: 'array',
    leaked: 'AsyncLocalStorage',
    isCause: true,
    name: 'storageList of node:async_hooks',
    subject: "Node.js' list of AsyncLocalStorage in use (storageList in node:async_hooks)",
    detail: 'each slows down every promise and callback as well',
    hint: 'Create an AsyncLocalStorage once, when the program starts, and run() each request in it; call disable() on one that is no longer needed.',
  }
}
