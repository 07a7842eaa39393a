import { spoken } from '../headline.js'
import { foldsResults } from './promise.js'
import { expression, inFile, type Named, type RetainingPath, type Rule, storeEdge } from './rule.js'

/** Objects that hang one on the other: no container retains them all, the first retains the second, and so on. */
export const list: Rule = retaining => {
  const { steps, retainer, chained, branched } = retaining
  const leaked = steps.at(-1)!
  // A string that is added to again and again is a tree of strings, and one variable.
  if (!chained || leaked.type.endsWith('string)')) return undefined
  const nested = resultsOfAll(retaining)
  if (nested !== undefined) return nested
  if (steps.slice(retainer + 1).some(({ type }) => type === 'system / Context')) return undefined
  const head = steps[retainer + 1] ?? leaked
  // Node.js hands the store of an AsyncLocalStorage from one asynchronous call to the next, in a timer, a promise, a socket.
  const isStore = steps.some(({ edge }) => storeEdge.test(edge))
  const variable = /^->(.+)/.exec(head.edge)?.[1]
  const expressed = expression(steps, retainer)
  // A slot of V8's says nothing to people.
  const own = expressed.includes('{') ? '' : expressed || head.edge.replace(/^\./, '') || steps[retainer]!.type
  const name = isStore ? '' : (variable ?? own)
  const next = linkOf(steps.slice(retainer + 1))
  const link = next !== undefined && /^\.[\w$#]+$/.test(next) ? next : undefined
  const cells = spoken(leaked.type, 2)
  return {
    kind: 'list',
    name: isStore ? 'store of an AsyncLocalStorage' : name || cells,
    subject: isStore
      ? `The store of an AsyncLocalStorage, a linked list of ${cells}${inFile(retaining)},`
      : `${branched ? 'Tree' : 'Linked list'} ${name === '' ? '' : `${name} `}of ${cells}${inFile(retaining)}`,
    ...(link === undefined || branched
      ? {}
      : {
          detail: link === prototype ? 'each is the prototype of the one before' : `each leads to the next by ${link}`,
        }),
    hint: branched
      ? `Remove from the tree the ${leaked.type === 'Object' ? cells : `${cells} objects`} that are no longer needed, also where they are deleted from elsewhere; or bound its size.`
      : link === prototype
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

/**
 * Promise.all() of what the last one gave: each array of results has the one before. A promise that is waited for leads to the array by V8's
 * own function, which puts the result in.
 */
function resultsOfAll(retaining: RetainingPath): Named | undefined {
  const { steps, retainer } = retaining
  const at = steps.findIndex(
    ({ edge, type }, step) =>
      step > retainer && type === 'Array' && /^\{\d+\}$/.test(edge) && isResolver(steps, step - 1),
  )
  // The array may be what retains, and not the first of those that grow.
  const from = at < 0 && steps[retainer]!.type === 'Array' && isResolver(steps, retainer - 1) ? retainer : at
  if (from < 0 || !steps.slice(from + 1).some(({ type }) => type === 'Array')) return undefined
  return {
    kind: 'promise',
    isMany: true,
    name: 'results of Promise.all()',
    subject: `Results of Promise.all(), each array with that of the one before${inFile(retaining)},`,
    hint: foldsResults,
  }
}

/** The scope of V8's own function that waits for a promise. */
const isResolver = (steps: RetainingPath['steps'], scope: number): boolean =>
  steps[scope]?.type === 'system / Context' &&
  steps[scope - 1]?.type === '(closure)' &&
  steps[scope - 1]!.location === null &&
  steps[scope - 1]!.edge === '{reaction}'

const prototype = '.__proto__'
const flat =
  'Copy the values into a new object (Object.assign, spread) instead of making each object from the last one by Object.create().'
