import { LeakscopeError } from '../errors.js'
import type { HeapGraph, HeapNodes, StringTable } from '../graph/heap-graph.js'
import type { Task } from '../task.js'
import { broken, Cursor, CutOff, unexpected } from './cursor.js'
import { type EdgeColumns, readEdges } from './edges.js'
import { type Layout, layoutOf } from './header.js'
import { type HeldNumbers, numberSection, readNumbers } from './held-numbers.js'
import { readLocations, type UnsortedLocations } from './locations.js'
import { type NodeColumns, readNodes } from './nodes.js'
import { readValue, skipNumbers, skipValue } from './skip.js'
import type { Source } from './source.js'
import { readTexts, Texts } from './texts.js'

/** A heap snapshot that was read: all of it, or its nodes. */
export interface Snapshot<Graph extends HeapNodes = HeapGraph> {
  readonly graph: Graph
  /** Length of the snapshot, decompressed. */
  readonly bytes: number
  /** Where a cut-off file ends and what is missing; only with `CutOffs` `read`. */
  readonly cutOff?: string
}

/** Whether a cut-off snapshot that has all its nodes is refused, or read as far as it goes. */
export type CutOffs = 'refused' | 'read'

/**
 * Reads a heap snapshot as it arrives, straight into the columns of a graph: the file is never in memory as a whole. About 30 bytes
 * a node, 9 bytes an edge, and the strings as they are.
 *
 * Errors: BAD_SNAPSHOT, with the place and reason, if this is not a snapshot or is cut off or damaged.
 */
export async function readSnapshot(source: Source, task: Task): Promise<Snapshot> {
  const cursor = new Cursor(source, task.signal)
  try {
    const sections = noSections()
    await readSections(cursor, sections, 'all')
    const graph = graphOf(cursor, sections)
    return { graph, bytes: cursor.position }
  } finally {
    await cursor.close()
  }
}

/**
 * Reads only the nodes, several times faster. The sections `edges` and `locations` are skipped: damage in them is not
 * noticed, unless one is cut off or missing.
 *
 * A killed capture leaves a truncated file, which mostly has all nodes. With `cutOffs: 'read'` its types can still be
 * counted; missing names (V8 writes them last) read `(name cut off)`.
 */
export async function readSnapshotNodes(
  source: Source,
  task: Task,
  cutOffs: CutOffs = 'refused',
): Promise<Snapshot<HeapNodes>> {
  const cursor = new Cursor(source, task.signal)
  const sections = noSections()
  try {
    await readSections(cursor, sections, 'nodes')
    const graph = nodesOf(cursor, sections)
    return { graph, bytes: cursor.position }
  } catch (error) {
    const { layout, nodes, texts } = sections
    if (cutOffs === 'refused' || !isCutOff(error) || layout === undefined || nodes === undefined) throw error
    const strings = withMissing(texts, nodes.greatestName + 1)
    const missing = strings.length - texts.length
    const lost = missing === 0 ? 'all names' : missing === strings.length ? 'no names' : `${texts.length} names`
    return {
      graph: nodeGraph(layout, nodes, strings),
      bytes: cursor.ending,
      cutOff: `The snapshot is cut off at byte ${cursor.ending}: its ${layout.nodeCount} nodes are whole, ${lost} arrived.`,
    }
  } finally {
    await cursor.close()
  }
}

// As detected by the reader, or by zlib in a gzipped file.
const isCutOff = (error: unknown): boolean =>
  error instanceof CutOff || (error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR')

/** The strings that arrived, and a placeholder for each of the rest. */
const withMissing = (texts: StringTable, least: number): StringTable => ({
  length: Math.max(texts.length, least),
  at: index => (index < texts.length ? texts.at(index) : '(name cut off)'),
  isShort: (index, length) => index < texts.length && texts.isShort(index, length),
})

interface Sections {
  layout?: Layout
  nodes?: NodeColumns
  edges?: EdgeColumns
  strings?: StringTable
  /** The strings that have arrived so far. */
  readonly texts: Texts
  locations?: UnsortedLocations
  numbers?: HeldNumbers
  /** All sections that were met, read or skipped. */
  readonly met: Set<string>
}

const noSections = (): Sections => ({ met: new Set<string>(), texts: new Texts() })

async function readSections(cursor: Cursor, sections: Sections, wanted: 'all' | 'nodes'): Promise<void> {
  await checkStart(cursor)
  const { met } = sections
  for (let separator = '{'; ; separator = ',') {
    await cursor.expect(separator, 'between the sections')
    const begin = cursor.position
    const name = await readValue(cursor, 'as the name of a section')
    if (typeof name !== 'string') throw broken(begin, 'a section name is not a string')
    if (met.has(name)) throw broken(begin, `section \`${name}\` occurs twice`)
    met.add(name)
    await cursor.expect(':', `after the name of section \`${name}\``)
    await readSection(cursor, name, sections, wanted)

    const next = await cursor.peek()
    if (next !== 0x7d) continue
    cursor.at++
    const rest = await cursor.peek()
    if (rest >= 0) throw unexpected(cursor, rest, 'the end of the snapshot')
    return
  }
}

async function readSection(cursor: Cursor, name: string, sections: Sections, wanted: 'all' | 'nodes'): Promise<void> {
  if (name === 'snapshot') sections.layout = layoutOf(await readValue(cursor, 'of section `snapshot`'))
  else if (name === 'strings') sections.strings = await readTexts(cursor, sections.texts)
  else if (name === 'nodes' || name === 'edges' || name === 'locations') {
    const { layout } = sections
    if (layout === undefined) throw notASnapshot(`its section \`${name}\` comes before a header`)
    if (name === 'nodes') sections.nodes = await readNodes(cursor, layout)
    else if (wanted === 'nodes') await skipNumbers(cursor, name)
    else if (name === 'edges') sections.edges = await readEdges(cursor, layout)
    else if (layout.location !== undefined) sections.locations = await readLocations(cursor, layout, layout.location)
    else await skipNumbers(cursor, name)
  } else if (name === numberSection && sections.layout !== undefined && wanted === 'all')
    sections.numbers = await readNumbers(cursor, sections.layout)
  else if (sections.layout === undefined && name === 'head') throw notASnapshot('it is a sampled heap profile')
  // Allocation traces, samples, and sections of later versions of V8.
  else await skipValue(cursor, `of section \`${name}\``)
}

function nodesOf(cursor: Cursor, { layout, nodes, strings, met }: Sections): HeapNodes {
  if (layout === undefined) throw notASnapshot('it has no section `snapshot`')
  const missing = ['nodes', 'edges', 'strings'].find(section => !met.has(section))
  if (nodes === undefined || strings === undefined || missing !== undefined) {
    throw broken(cursor.position, `section \`${missing}\` is missing`)
  }
  checkNames(cursor, 'a node', nodes.greatestName, strings)
  return nodeGraph(layout, nodes, strings)
}

function nodeGraph(layout: Layout, nodes: NodeColumns, strings: StringTable): HeapNodes {
  const { nodeType, nodeName, nodeId, selfSize, detachedness, traceNode } = nodes
  return {
    nodeCount: layout.nodeCount,
    edgeCount: layout.edgeCount,
    root: layout.root,
    nodeType,
    nodeName,
    nodeId,
    selfSize,
    detachedness,
    strings,
    extraNativeBytes: layout.extraNativeBytes,
    ...(traceNode && { traceNode }),
  }
}

function graphOf(cursor: Cursor, sections: Sections): HeapGraph {
  const nodes = nodesOf(cursor, sections)
  const { edgeType, edgeName, edgeTo, greatestName } = sections.edges!
  const { locations, numbers } = sections
  checkNames(cursor, 'an edge', Math.max(greatestName, numbers?.greatestName ?? 0), nodes.strings)
  return {
    ...nodes,
    firstEdge: sections.nodes!.firstEdge,
    edgeType,
    edgeName,
    edgeTo,
    ...(locations && { locations: locations.sorted() }),
    ...(numbers && { numbers: numbers.columns }),
  }
}

/** Strings come last in the file: only now can the names be checked. */
function checkNames(cursor: Cursor, whose: string, greatestName: number, { length }: StringTable): void {
  if (greatestName < length) return
  throw broken(cursor.position, `${whose} has name index ${greatestName}, but there are ${length} strings`)
}

async function checkStart(cursor: Cursor): Promise<void> {
  const first = await cursor.peek()
  if (first === 0x7b) return
  if (first < 0) throw notASnapshot(cursor.position === 0 ? 'it is empty' : 'it contains only white space')
  if (first === 0x3c) throw notASnapshot('it is HTML or XML')
  const mark = await byteOrderMark(cursor, first)
  if (mark !== undefined) throw marked(mark)
  throw notASnapshot('it does not begin with `{`')
}

/** The byte order mark that an editor or PowerShell put before the text; `undefined` when there is none. */
async function byteOrderMark(cursor: Cursor, first: number): Promise<ByteOrderMark | undefined> {
  const mark = byteOrderMarks.find(({ bytes }) => bytes[0] === first)
  if (mark === undefined) return undefined
  while (cursor.end - cursor.at < mark.bytes.length) if (!(await cursor.more())) return undefined
  return mark.bytes.every((byte, at) => cursor.bytes[cursor.at + at] === byte) ? mark : undefined
}

interface ByteOrderMark {
  readonly bytes: readonly number[]
  readonly encoding: string
  readonly hint: string
}

const byteOrderMarks: readonly ByteOrderMark[] = [
  {
    bytes: [0xef, 0xbb, 0xbf],
    encoding: 'UTF-8',
    hint: 'Remove its first three bytes: `tail -c +4 marked.heapsnapshot > plain.heapsnapshot`.',
  },
  ...[
    [0xff, 0xfe],
    [0xfe, 0xff],
  ].map(bytes => ({
    bytes,
    encoding: 'UTF-16',
    hint: 'Convert it: `iconv -f UTF-16 -t UTF-8 marked.heapsnapshot > plain.heapsnapshot`.',
  })),
]

const marked = ({ encoding, hint }: ByteOrderMark): LeakscopeError =>
  new LeakscopeError(
    'BAD_SNAPSHOT',
    `not a heap snapshot as V8 writes it: it begins with a byte order mark of ${encoding}`,
    {
      hint,
    },
  )

const notASnapshot = (reason: string): LeakscopeError =>
  new LeakscopeError('BAD_SNAPSHOT', `not a heap snapshot: ${reason}`, {
    hint: 'Name a .heapsnapshot file, as `leakscope snapshot` or `v8.writeHeapSnapshot()` writes it.',
  })
