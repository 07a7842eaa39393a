import { LeakscopeError } from '../../errors.js'
import type { HeapGraph, NodeIndex, ObjectId } from '../../graph/heap-graph.js'
import { nodeWithId } from '../../graph/ids.js'
import { retainedSizes } from '../../graph/retained-sizes.js'
import type { Heap } from '../../heap/heap.js'
import type { KnownIds } from '../../heap/known-ids.js'
import { typeKnown } from '../../heap/type-names.js'
import type { Option } from './analysis.js'
import { cutNote } from './options.js'

/** The options that select objects. The command line resolves `expr` and adds the object's id to `id`. */
export const selectOptions: {
  readonly type: Option<string | undefined>
  readonly id: Option<readonly ObjectId[]>
  readonly expr: Option<readonly string[]>
} = {
  type: {
    flags: '--type <type>',
    summary: 'the objects of a type, those that retain most first: Session, (closure), store.js:Session',
    default: undefined,
  },
  id: { flags: '--id <id...>', summary: 'objects by id: @1203 @1207', default: [], many: true, parse: objectId },
  expr: {
    flags: '--expr <js>',
    summary: "a live value: 'globalThis.cache' (needs a live target)",
    default: [],
    many: true,
    parse: text => text,
  },
}

/**
 * `--since older.heapsnapshot`: newer objects are shown as new. The option's value is the path; the command line reads
 * that heap and passes its `knownIds` instead.
 */
export const sinceOption: Option<KnownIds | undefined> = {
  flags: '--since <heap>',
  summary: 'show in red what is new since an older heap of the same session',
  default: undefined,
}

function objectId(text: string): ObjectId {
  if (/^@?\d+$/.test(text)) return Number(text.replace('@', ''))
  throw new LeakscopeError('USAGE', `${JSON.stringify(text)} is not an object id`, {
    hint: 'For example: --id @1203.',
  })
}

export interface Selection {
  readonly nodes: readonly NodeIndex[]
  /** A name for the objects, for titles: `Session`, `@1203`. */
  readonly title: string
  /** What was cut. */
  readonly notes: readonly string[]
}

/** The selected objects. Errors: NOT_FOUND for a type or id that the heap does not have, USAGE without a selection. */
export function select(
  heap: Heap,
  { type, id = [] }: { readonly type?: string | undefined; readonly id?: readonly ObjectId[] },
  most: number,
): Selection {
  if (type === undefined && id.length === 0) {
    throw new LeakscopeError('USAGE', 'no objects selected', {
      hint: "Select them with --type Session, --id @1203, or on a live target --expr 'globalThis.cache'.",
    })
  }
  const byId = id.map(one => nodeKnown(heap.graph, one))
  const { nodes: ofType, total } = type === undefined ? { nodes: [], total: 0 } : largest(heap, type, most)
  return {
    nodes: [...new Set([...byId, ...ofType])],
    title: [type, ...id.map(one => `@${one}`)].filter(part => part !== undefined).join(' '),
    notes: cutNote(ofType.length, total, `of type ${type}`),
  }
}

function nodeKnown(graph: HeapGraph, id: ObjectId): NodeIndex {
  const node = nodeWithId(graph, id)
  if (node !== undefined) return node
  throw new LeakscopeError('NOT_FOUND', `no object @${id} is in this heap`, {
    hint: 'Find ids with `leakscope find --type Session`; they are valid for one heap, or for one unbroken session of a live target.',
  })
}

/** The objects of a type that retain most, at most `most` of them, and how many objects the type has. */
export function largest(heap: Heap, type: string, most: number): { nodes: NodeIndex[]; total: number } {
  const { of, wanted } = typeKnown(heap, type)
  const sizes = retainedSizes(heap.graph)
  let nodes: NodeIndex[] = []
  let total = 0
  const keep = (): void => {
    nodes = nodes.sort((a, b) => sizes[b]! - sizes[a]! || a - b).slice(0, most)
  }
  // Trimmed whenever twice as many are kept: cheaper than a priority queue, with little memory.
  const roomy = Math.max(1000, 2 * most)
  for (let node = 0; node < of.length; node++) {
    if (!wanted.has(of[node]!)) continue
    total++
    nodes.push(node)
    if (nodes.length > roomy) keep()
  }
  keep()
  return { nodes, total }
}
