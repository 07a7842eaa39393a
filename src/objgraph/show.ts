import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { DrawingOptions } from '../drawing/drawing.js'
import { LeakscopeError } from '../errors.js'
import type { NodeIndex } from '../graph/heap-graph.js'
import type { Heap } from '../heap/heap.js'
import { backrefs, refs } from '../questions/refs.js'
import { dotText } from '../render/dot.js'
import type { StyleName } from '../render/dot-style.js'
import { imageKind } from '../render/image.js'
import { checked } from './checked.js'
import { type Located, located } from './given.js'
import { HeapObject, type ObjectFilter, onNodes } from './heap-object.js'
import { graphOf, type ObjectGraph } from './object-graph.js'
import { markOurs } from './own-heap.js'

type OfNodes = 'filter' | 'ignore' | 'highlight' | 'extraInfo' | 'extraNodeAttrs' | 'cull'

/** How `showRefs`, `showBackrefs` and `showChain` draw, and where to: objgraph's parameters under their names. */
export interface ShowOptions extends Omit<DrawingOptions, OfNodes> {
  /** `a.dot`, `a.svg`, `a.html`, `a.png` or `a.pdf` (these two by an installed Graphviz) …; without it and `output`, a .dot file in the temporary folder. */
  readonly filename?: string
  /** How it looks: usually `objgraph` as .dot and `modern` as a picture or page. */
  readonly style?: StyleName
  /** A stream the .dot text is written to, in place of a file. */
  readonly output?: Pick<Writable, 'write'>
  /** Objects that are never drawn: of the same heap, or live values as those asked about are. */
  readonly extraIgnore?: Iterable<unknown>
  /** Only objects wanted here are drawn; those asked about always are. */
  readonly filter?: ObjectFilter | undefined
  /** Objects drawn in blue. */
  readonly highlight?: ObjectFilter | undefined
  /** A third line of an object's label. */
  readonly extraInfo?: ((object: HeapObject) => string | undefined) | undefined
  /** Further Graphviz attributes of an object: `() => ({ penwidth: '3' })`. */
  readonly extraNodeAttrs?: ((object: HeapObject) => Readonly<Record<string, string>> | undefined) | undefined
}

/**
 * objgraph's `show_refs`: draws what objects refer to, prints `Graph written to <path> (<n> nodes)`, and gives the graph. The objects
 * are live values of this process, which is captured then, or objects of a heap in hand. Errors: NOT_FOUND for a value that is no object
 * of the heap; USAGE where both `filename` and `output` are given.
 */
export const showRefs = (objects: unknown, options: ShowOptions = {}): Promise<ObjectGraph> =>
  show(listed(objects), options, refs, 'References')

/** objgraph's `show_backrefs`: as `showRefs`, but what refers to the objects. It goes no further than modules, the global object and GC roots. */
export const showBackrefs = (objects: unknown, options: ShowOptions = {}): Promise<ObjectGraph> =>
  show(listed(objects), options, backrefs, 'What refers to them')

/**
 * objgraph's `show_chain`: draws one chain of objects, or several, and nothing but their objects. `backrefs: false` draws from their
 * first objects onwards rather than from their last ones back.
 */
export async function showChain(
  chains: readonly HeapObject[] | readonly (readonly HeapObject[])[],
  { backrefs: isBackwards = true, ...options }: ShowOptions & { readonly backrefs?: boolean } = {},
): Promise<ObjectGraph> {
  const all = (isChain(chains) ? [chains] : listed(chains)).filter(isChain)
  if (all.length === 0)
    throw new LeakscopeError('USAGE', 'there is no chain to draw', { hint: 'Find one with findBackrefChain.' })
  const inChains = new Set(all.flat().map(({ node }) => node))
  return show(
    all.map(chain => chain.at(isBackwards ? -1 : 0)!),
    {
      maxDepth: Math.max(...all.map(chain => chain.length)) - 1,
      // Each object of a chain is there to be seen.
      merge: false,
      ...options,
      filter: object => inChains.has(object.node) && (options.filter?.(object) ?? true),
    },
    isBackwards ? backrefs : refs,
    'Chain',
  )
}

const showing = [
  'maxDepth',
  'tooMany',
  'filter',
  'highlight',
  'extraIgnore',
  'extraInfo',
  'extraNodeAttrs',
  'refcounts',
  'qualified',
  'filename',
  'output',
  'style',
  'merge',
  'newSince',
  'raw',
] as const

const isChain = (chains: unknown): chains is readonly HeapObject[] =>
  Array.isArray(chains) && chains.length > 0 && chains.every(one => one instanceof HeapObject)

// As objgraph takes them: a list of objects, or one object that is no list.
const listed = (objects: unknown): readonly unknown[] => (Array.isArray(objects) ? objects : [objects])

async function show(
  objects: readonly unknown[],
  options: ShowOptions,
  draw: typeof refs,
  title: string,
): Promise<ObjectGraph> {
  const { filename, output, style, extraIgnore = [] } = checked(options, showing)
  if (filename !== undefined && output !== undefined) {
    throw new LeakscopeError('USAGE', 'a graph is written to a file or to a stream, not to both', {
      hint: 'Give either `filename` or `output`.',
    })
  }
  const { heap, nodes } = (await located([...objects, ...extraIgnore])) as Located
  const selected = nodes.slice(0, objects.length)
  const drawing = markOurs(
    graphOf({ ...draw(heap, selected, ofNodes(heap, options, nodes.slice(objects.length))), title }),
  )
  if (output === undefined) await write(drawing, filename, style)
  else output.write(dotText(drawing, style))
  return drawing
}

// A number or a place is as good a line, and no compiler stands at a prompt.
const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value)

/** The options of a drawing whose functions are asked about objects, as those of one whose are asked about nodes. */
function ofNodes(heap: Heap, options: ShowOptions, ignored: readonly NodeIndex[]): DrawingOptions {
  const { filter, highlight, extraInfo, extraNodeAttrs, extraIgnore, filename, output, style, ...rest } = options
  const isIgnored = new Set(ignored)
  return {
    ...rest,
    filter: onNodes(heap, filter),
    highlight: onNodes(heap, highlight),
    ignore: node => isIgnored.has(node),
    extraInfo: extraInfo && (node => textOf(extraInfo(new HeapObject(heap, node)))),
    extraNodeAttrs: extraNodeAttrs && (node => extraNodeAttrs(new HeapObject(heap, node))),
  }
}

async function write(graph: ObjectGraph, filename: string | undefined, style: StyleName | undefined): Promise<void> {
  const path = filename ?? join(tmpdir(), `leakscope-${randomBytes(6).toString('hex')}.dot`)
  await graph.save(path, style)
  const said =
    imageKind(path) === undefined
      ? `Graph written to ${path} (${graph.nodes.length} nodes)`
      : `Image generated as ${path}`
  process.stdout.write(`${said}\n`)
}
