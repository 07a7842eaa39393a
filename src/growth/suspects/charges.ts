import { nodeTypeOf } from '../../graph/heap-graph.js'
import { typeOf } from '../../graph/types.js'
import type { Heap } from '../../heap/heap.js'
import type { Hop } from '../../paths/retaining-paths.js'
import type { Compared } from '../born.js'
import { type Growth, growths } from '../growths.js'
import { isLevelling } from '../levelling.js'
import type { Routes } from '../routes.js'
import { wayTo } from '../way.js'
import type { Charge } from './accuse.js'
import { clueOf } from './clue-of.js'
import { isWithinChance, isWorthTelling } from './worth.js'

/** More holders than this of the same objects are not told one by one. */
const mostHolders = 4

/** What grows: by which objects of the last heap are old, and which were born since. */
export function chargesOf(heap: Heap, compared: Compared, routes: Routes, by: 'identity' | 'path'): Charge[] {
  return growths(heap.graph, compared)
    .filter(({ leaked, bornBytes }) => isWorthTelling(leaked.born, bornBytes))
    .map(growth => chargeOf(heap, compared, growth, routes, by))
}

function chargeOf(heap: Heap, compared: Compared, growth: Growth, routes: Routes, by: 'identity' | 'path'): Charge {
  const { leaked, kept, bornBytes, released } = growth
  // The order of retainers is another in every heap; that of routes is not, and the fingerprint goes by the first holder.
  const named = growth.holders
    .map(node => ({
      node,
      text: routes.text(compared.routeOf[node]!),
      isRoot: nodeTypeOf(heap.graph, node) === 'synthetic',
    }))
    .sort((a, b) => Number(a.isRoot) - Number(b.isRoot) || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
  const holders = named.map(({ node }) => node)
  const first = named.filter(({ text, isRoot }) => text === named[0]!.text && isRoot === named[0]!.isRoot)
  const whole = wayTo(heap.graph, compared, { ...growth, holders: first.map(({ node }) => node) })
  const way = by === 'path' && leaked.chained ? upToSecond(heap, whole, leaked.type) : whole
  const others = holders.filter(node => node !== way[0].node).slice(0, mostHolders - 1)
  const route = compared.routeOf[leaked.example]!
  const alongPath = routes.counts.map(counts => counts[route] ?? 0)
  return {
    clues: [
      clueOf(heap, way, leaked.chained),
      ...others.map(node => clueOf(heap, [{ node }, { node: leaked.example }], leaked.chained)),
    ],
    leaked: { type: leaked.type, bytes: leaked.bytes },
    evidence: {
      by,
      born: leaked.born,
      bornBytes,
      kept,
      alongPath,
      levelling: isLevelling(kept, released),
      ...(by === 'path' && isWithinChance(leaked.born, alongPath) ? { withinChance: true } : {}),
    },
  }
}

/**
 * By path the new ones of a list are its last, behind all others: one behind another is seen with the first two already, which are of
 * the list as well.
 */
function upToSecond(heap: Heap, way: readonly [Hop, ...Hop[]], type: string): [Hop, ...Hop[]] {
  const cells = way.filter(({ node }, at) => at > 0 && typeOf(heap.graph, node) === type)
  const [holder, ...hops] = way
  return [holder, ...(cells[1] === undefined ? hops : hops.slice(0, hops.indexOf(cells[1]) + 1))]
}
