import { type Direction, type DrawingOptions, drawing } from '../drawing/drawing.js'
import { LeakscopeError } from '../errors.js'
import { distances, systemDistance } from '../graph/distances.js'
import type { HeapGraph, NodeIndex } from '../graph/heap-graph.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import type { Heap } from '../heap/heap.js'
import { placeOf, placeText } from '../heap/places.js'
import { isModuleRoot, roleOf } from '../heap/roots.js'
import type { Match } from '../heap/text-match.js'
import type { Drawing } from '../report/report.js'
import { flag, type HeapAnalysis, heapAnalysis, type Option } from './ask/analysis.js'
import { choice, count, limit, pattern } from './ask/options.js'
import { select, selectOptions, sinceOption } from './ask/selection.js'

/** What objects refer to, as a graph (objgraph's `show_refs`). */
export const refs = (heap: Heap, nodes: readonly NodeIndex[], options: DrawingOptions = {}): Drawing =>
  drawing(heap, nodes, 'refs', options)

/**
 * What refers to objects, as a graph (objgraph's `show_backrefs`). By default it stops at modules, the global object
 * and GC roots; `cull` changes that.
 */
export const backrefs = (heap: Heap, nodes: readonly NodeIndex[], options: DrawingOptions = {}): Drawing =>
  drawing(heap, nodes, 'backrefs', { cull: node => isRootLike(heap.graph, node), ...options })

const isRootLike = (graph: HeapGraph, node: NodeIndex): boolean =>
  isModuleRoot(graph, node) || roleOf(graph, node) === 'root'

const extras = ['place', 'distance', 'id', 'none'] as const

const options = {
  ...selectOptions,
  maxDepth: count('--max-depth', 'maximum number of edges from the objects', 3),
  tooMany: count('--too-many', 'maximum number of references drawn per object', 10),
  limit: limit('how many objects of a type to start from', 3),
  filter: pattern('--filter', 'draw only objects whose type or name matches'),
  ignore: {
    flags: '--ignore <text...>',
    summary: 'leave out objects whose type or name matches',
    default: [] as readonly Match[],
    many: true,
    parse: text => pattern('--ignore', '').parse!(text),
  } satisfies Option<readonly Match[]>,
  highlight: pattern('--highlight', 'draw objects whose type or name matches in blue'),
  extraInfo: choice('--extra-info', 'a third line for each object', extras, 'none'),
  nodeAttrs: {
    flags: '--node-attrs <[match:]name=value,...>',
    summary: 'Graphviz attributes of objects whose type or name matches: Session:penwidth=3,color=red',
    default: [] as readonly NodeAttributes[],
    many: true,
    parse: nodeAttributes,
  } satisfies Option<readonly NodeAttributes[]>,
  qualified: flag('--qualified', 'distinguish classes of the same name by their file: store.js:Session'),
  refcounts: flag('--refcounts', "show the number of each object's retaining edges after its type"),
  merge: {
    flags: '--no-merge',
    summary: 'draw every object, even many of one class',
    default: true,
  } satisfies Option<boolean>,
  since: sinceOption,
  raw: flag('--raw', "include V8's own objects and edges"),
}

/** `leakscope refs`: what the selected objects refer to. */
export const refsAnalysis: HeapAnalysis = drawingAnalysis('refs', 'What objects refer to, as a graph')

/** `leakscope backrefs`: what refers to the selected objects. */
export const backrefsAnalysis: HeapAnalysis = drawingAnalysis('backrefs', 'What refers to objects, as a graph')

function drawingAnalysis(direction: Direction, summary: string): HeapAnalysis {
  return heapAnalysis({
    name: direction,
    summary,
    heaps: 1,
    options,
    run(heap, { limit, filter, ignore, highlight, extraInfo, nodeAttrs, since, ...values }) {
      const { nodes, title, notes } = select(heap, values, limit)
      const draw = direction === 'refs' ? refs : backrefs
      const drawn = draw(heap, nodes, {
        ...values,
        newSince: since,
        filter: onNodes(heap, filter),
        ignore: ignore.length === 0 ? undefined : onNodes(heap, text => ignore.some(match => match(text))),
        highlight: onNodes(heap, highlight),
        extraNodeAttrs: nodeAttrs.length === 0 ? undefined : node => attributesOf(heap, node, nodeAttrs),
        extraInfo: extraInfo === 'none' ? undefined : node => extraLine(heap, node, extraInfo),
      })
      const name = direction === 'refs' ? `References of ${title}` : `What refers to ${title}`
      return { title: name, sections: [{ ...drawn, title: name }], notes }
    },
  })
}

/** Turns a match of texts into one of objects, by type and description. */
const onNodes = ({ graph, places }: Heap, match: Match | undefined): ((node: NodeIndex) => boolean) | undefined =>
  match && (node => match(typeOf(graph, node)) || match(describe({ graph, places }, node)))

interface NodeAttributes {
  readonly match: Match | undefined
  readonly attributes: Readonly<Record<string, string>>
}

function nodeAttributes(text: string): NodeAttributes {
  const [, match, list] = /^(?:(.+):)?([a-z]+=[^=]*(?:,[a-z]+=[^=]*)*)$/s.exec(text) ?? []
  if (list === undefined) {
    throw new LeakscopeError('USAGE', `--node-attrs takes attributes such as penwidth=3, not ${JSON.stringify(text)}`, {
      hint: 'For example: --node-attrs Session:penwidth=3,color=red.',
    })
  }
  const pairs = list
    .split(/,(?=[a-z]+=)/)
    .map(pair => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  return {
    match: match === undefined ? undefined : (pattern('--node-attrs', '').parse!(match) as Match),
    attributes: Object.fromEntries(pairs),
  }
}

function attributesOf(heap: Heap, node: NodeIndex, all: readonly NodeAttributes[]): Record<string, string> | undefined {
  const wanted = all.filter(({ match }) => onNodes(heap, match)?.(node) ?? true)
  return wanted.length === 0 ? undefined : Object.assign({}, ...wanted.map(({ attributes }) => attributes))
}

function extraLine(heap: Heap, node: NodeIndex, what: (typeof extras)[number]): string | undefined {
  switch (what) {
    case 'place': {
      const place = placeOf(heap, node)
      const text = place && placeText(place)
      // Not if the label already contains it, as for functions.
      return text !== undefined && describe(heap, node).includes(text) ? undefined : text
    }
    case 'distance': {
      const distance = distances(heap.graph)[node]!
      return distance < systemDistance ? `distance ${distance}` : undefined
    }
    case 'id':
      return `@${heap.graph.nodeId[node]}`
    case 'none':
      return undefined
  }
}
