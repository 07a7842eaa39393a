import { spoken } from '../headline.js'
import { foldsResults } from './promise.js'
import { expression, inFile, type Named, type RetainingPath, type Rule, storeEdge } from './rule.js'

/** Linked objects: no container retains them all, but each retains the next. */
export const list: Rule = retaining => {
  const { steps, retainer, chained, branched } = retaining
  const leaked = steps.at(-1)!
  // A string that is appended to repeatedly is a tree of strings in one variable.
  if (!chained || leaked.type.endsWith('string)')) return undefined
  const nested = resultsOfAll(retaining)
  if (nested !== undefined) return nested
  if (steps.slice(retainer + 1).some(({ type }) => type === 'system / Context')) return undefined
  const head = steps[retainer + 1] ?? leaked
  // Node.js passes the store of an AsyncLocalStorage from one asynchronous call to the next, in a timer, a promise, a
  // socket.
  const isStore = steps.some(({ edge }) => storeEdge.test(edge))
  const variable = /^->(.+)/.exec(head.edge)?.[1]
  const expressed = expression(steps, retainer)
  // The name of a V8 slot is meaningless to people.
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
      ? `Remove from the tree the ${leaked.type === 'Object' ? cells : `${cells} objects`} that are no longer needed, also when they are deleted from elsewhere; or bound its size.`
      : link === prototype
        ? flat
        : `Cut the list where its ${leaked.type === 'Object' ? cells : `${cells} objects`} are no longer needed${link === undefined ? '' : ` (set ${link} to null)`}, or bound its length.`,
  }
}

/**
 * The edge from one cell to the next: the last step, or, if each cell has a leaked object of another type, the repeated
 * step.
 */
function linkOf(below: RetainingPath['steps']): string | undefined {
  const leaked = below.at(-1)!
  if (below.length < 2 || below.slice(0, -1).some(({ type }) => type === leaked.type)) return below[1] && leaked.edge
  const again = below.find(({ edge, type }, at) => edge === below[at - 1]?.edge && type === below[at - 1]?.type)
  return (again ?? leaked).edge
}

/**
 * Promise.all() on the result of the previous one, so that each array of results contains the previous one. The promise
 * leads to the array through V8's resolving function, which stores the result.
 */
function resultsOfAll(retaining: RetainingPath): Named | undefined {
  const { steps, retainer } = retaining
  const at = steps.findIndex(
    ({ edge, type }, step) =>
      step > retainer && type === 'Array' && /^\{\d+\}$/.test(edge) && isResolver(steps, step - 1),
  )
  // The array may be the retainer instead of the first growing object.
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

/** The scope of V8's resolving function. */
const isResolver = (steps: RetainingPath['steps'], scope: number): boolean =>
  steps[scope]?.type === 'system / Context' &&
  steps[scope - 1]?.type === '(closure)' &&
  steps[scope - 1]!.location === null &&
  steps[scope - 1]!.edge === '{reaction}'

const prototype = '.__proto__'
const flat =
  'Copy the values into a new object (Object.assign, spread) instead of creating each object from the previous one with Object.create().'
