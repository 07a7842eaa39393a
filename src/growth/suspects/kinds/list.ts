import { spoken } from '../headline.js'
import { expression, inFile, type RetainingPath, type Rule } from './rule.js'

/** Objects that hang one on the other: no container retains them all, the first retains the second, and so on. */
export const list: Rule = retaining => {
  const { steps, retainer, chained } = retaining
  const leaked = steps.at(-1)!
  // A string that is added to again and again is a tree of strings, and one variable.
  if (
    !chained ||
    leaked.type.endsWith('string)') ||
    steps.slice(retainer + 1).some(({ type }) => type === 'system / Context')
  )
    return undefined
  const head = steps[retainer + 1] ?? leaked
  // Node.js hands the store of an AsyncLocalStorage from one asynchronous call to the next, in a timer, a promise, a socket.
  const isStore = steps.some(({ edge }) => stores.test(edge))
  const variable = /^->(.+)/.exec(head.edge)?.[1]
  const name = isStore ? '' : (variable ?? (expression(steps, retainer) || head.edge || steps[retainer]!.type))
  const next = linkOf(steps.slice(retainer + 1))
  const link = next !== undefined && /^\.[\w$#]+$/.test(next) ? next : undefined
  const cells = spoken(leaked.type, 2)
  return {
    kind: 'list',
    name: isStore ? 'store of an AsyncLocalStorage' : name,
    subject: isStore
      ? `The store of an AsyncLocalStorage, a linked list of ${cells}${inFile(retaining)},`
      : `Linked list ${name} of ${cells}${inFile(retaining)}`,
    ...(link === undefined
      ? {}
      : {
          detail: link === prototype ? 'each is the prototype of the one before' : `each leads to the next by ${link}`,
        }),
    hint:
      link === prototype
        ? flat
        : `Cut the list where its ${leaked.type === 'Object' ? cells : `${cells} objects`} are no longer needed${link === undefined ? '' : ` (set ${link} to null)`}, or bound its length.`,
  }
}

/** The edge from one cell to the next: that of the last step, or where each cell has a leaked object of another type, the one that comes again. */
function linkOf(below: RetainingPath['steps']): string | undefined {
  const leaked = below.at(-1)!
  if (below.length < 2 || below.slice(0, -1).some(({ type }) => type === leaked.type)) return below[1] && leaked.edge
  const again = below.find(({ edge, type }, at) => edge === below[at - 1]?.edge && type === below[at - 1]?.type)
  return (again ?? leaked).edge
}

/** Where a resource has the stores of its call: up to Node.js 22, and since. */
const stores = /^\[Symbol\((?:kResourceStore|kAsyncContextFrame)\)\]$/

const prototype = '.__proto__'
const flat =
  'Copy the values into a new object (Object.assign, spread) instead of making each object from the last one by Object.create().'
