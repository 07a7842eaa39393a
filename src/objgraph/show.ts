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

/** Options of `showRefs`, `showBackrefs` and `showChain`: objgraph's parameters, in camelCase. */
export interface ShowOptions extends Omit<DrawingOptions, OfNodes> {
  /**
   * `a.dot`, `a.svg`, `a.html`, … `a.png` and `a.pdf` need an installed Graphviz. The default, without `output`, is a
   * .dot file in the temporary folder.
   */
  readonly filename?: string
  /** The style; by default `objgraph` for .dot and `modern` for pictures and pages. */
  readonly style?: StyleName
  /** A stream to which the .dot text is written instead of a file. */
  readonly output?: Pick<Writable, 'write'>
  /** Objects that are never drawn: of the same heap, or live values if the selected objects are. */
  readonly extraIgnore?: Iterable<unknown>
  /** Draws only objects for which it is true; selected objects are always drawn. */
  readonly filter?: ObjectFilter | undefined
  /** Objects drawn in blue. */
  readonly highlight?: ObjectFilter | undefined
  /** A third line of an object's label. */
  readonly extraInfo?: ((object: HeapObject) => string | undefined) | undefined
  /** Additional Graphviz attributes of an object: `() => ({ penwidth: '3' })`. */
  readonly extraNodeAttrs?: ((object: HeapObject) => Readonly<Record<string, string>> | undefined) | undefined
}

/**
 * objgraph's `show_refs`: draws what objects refer to, prints `Graph written to <path> (<n> nodes)`, and returns the
 * graph. The objects are objects of a heap, or live values of this process, which is then captured. Errors: NOT_FOUND
 * for a value that is not an object of the heap; USAGE if both `filename` and `output` are given.
 */
export const showRefs = (objects: unknown, options: ShowOptions = {}): Promise<ObjectGraph> =>
  show(listed(objects), options, refs, 'References')

/**
 * objgraph's `show_backrefs`: like `showRefs`, but draws what refers to the objects. It stops at modules, the global
 * object and GC roots.
 */
export const showBackrefs = (objects: unknown, options: ShowOptions = {}): Promise<ObjectGraph> =>
  show(listed(objects), options, backrefs, 'What refers to them')

/**
 * objgraph's `show_chain`: draws only the objects of one or more chains. `backrefs: false` draws from the first objects
 * forwards instead of from the last ones backwards.
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
      // Every object of a chain is drawn by itself.
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

// As in objgraph: a list of objects, or one object that is not a list.
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

// Accepts a number or a place as well: at a prompt, no compiler checks the type.
const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : String(value)

/** Converts drawing options with functions on objects to options with functions on nodes. */
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
