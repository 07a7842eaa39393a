import type { Heap } from '../heap/heap.js'
import type { Match } from '../heap/text-match.js'
import { type ChainSearch, chainOf, chainPath } from '../paths/chain-sections.js'
import { why } from '../paths/why.js'
import type { Report } from '../report/report.js'
import { flag, type HeapAnalysis, heapAnalysis, type Option } from './ask/analysis.js'
import { count, limit, pattern } from './ask/options.js'
import { type Selection, select, selectOptions } from './ask/selection.js'

const options = {
  ...selectOptions,
  limit: limit('how many paths', 3),
  to: {
    flags: '--to <type, @id or /regex/>',
    summary: 'a chain of references instead, from each object to the nearest match',
    default: undefined,
    parse: text => text,
  } satisfies Option<string | undefined> as Option<string | undefined>,
  backrefs: flag(
    '--backrefs',
    'a chain of references to each object instead, from the nearest --to, module or global object',
  ),
  maxDepth: count('--max-depth', 'maximum length of a chain of --to or --backrefs', 20),
  ignore: {
    flags: '--ignore <text...>',
    summary: 'a chain avoids objects whose type, @id or name matches',
    default: [] as readonly Match[],
    many: true,
    parse: text => pattern('--ignore', '').parse!(text),
  } satisfies Option<readonly Match[]>,
  dot: flag('--dot', 'draw only the path or chain, as a graph'),
  shortest: flag('--shortest', 'the paths with the fewest edges, even through Node.js and V8, as in DevTools'),
}

/** `leakscope path` (`why`, `chain`): what keeps the selected objects. */
export const pathAnalysis: HeapAnalysis = heapAnalysis({
  name: 'path',
  aliases: ['why', 'chain'],
  summary: 'Why objects are kept: paths from a module, a global, a timer or a GC root',
  heaps: 1,
  options,
  run(heap, values) {
    const { nodes, title, notes } = select(heap, values, values.limit)
    if (values.to !== undefined || values.backrefs) return chainReport(heap, { nodes, title, notes }, values)
    // For several objects one path each, for a single one several.
    const shared = Number.isFinite(values.limit) ? Math.max(1, Math.floor(values.limit / nodes.length)) : 1
    const each = nodes.length === 1 ? values.limit : shared
    const ways = nodes.map(node => ({
      node,
      paths: why(heap, node, each, values.shortest ? 'shortest' : 'friendliest'),
    }))
    const loose = ways.filter(({ paths }) => paths.length === 0)
    return {
      title: `Why ${title} is kept`,
      sections: ways.flatMap(({ paths }) => paths),
      notes: [
        ...notes,
        ...loose.map(({ node }) => `Nothing keeps @${heap.graph.nodeId[node]}: the next collection frees it.`),
      ],
    }
  },
})

function chainReport(
  heap: Heap,
  { nodes, title, notes }: Selection,
  { backrefs, ...search }: Omit<ChainSearch, 'backwards'> & { readonly backrefs: boolean },
): Report {
  const chains = nodes.map(node => ({ node, chain: chainOf(heap, node, { ...search, backwards: backrefs }) }))
  const found = chains.filter(({ chain }) => chain.length > 1)
  const loose = chains.filter(({ chain }) => chain.length < 2)
  return {
    title: backrefs ? `Chains of references to ${title}` : `Chains of references from ${title}`,
    sections: found.map(({ chain }) => chainPath(heap, chain)),
    notes: [
      ...notes,
      ...loose.map(
        ({ node }) => `No chain of ${search.maxDepth} references or fewer was found for @${heap.graph.nodeId[node]}.`,
      ),
    ],
  }
}
