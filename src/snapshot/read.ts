import { LeakscopeError } from '../errors.js'
import { edgeTypeNumber, type HeapGraph, type Locations, type StringTable } from '../graph/heap-graph.js'
import type { Task } from '../task.js'
import { broken, Cursor, unexpected } from './cursor.js'
import { type EdgeColumns, readEdges } from './edges.js'
import { type Layout, layoutOf } from './header.js'
import { readLocations } from './locations.js'
import { type NodeColumns, readNodes } from './nodes.js'
import { readValue, skipValue } from './skip.js'
import { readTexts } from './texts.js'

/** A heap snapshot once read. */
export interface Snapshot {
  readonly graph: HeapGraph
  /** Length of the snapshot, unpacked. */
  readonly bytes: number
}

/**
 * Reads a heap snapshot as it arrives, straight into the columns of a graph: the file is never in memory as a whole. About 45 bytes
 * a node, 9 bytes an edge, and the strings as they are. A chunk may be used again once the next is asked for.
 *
 * Throws a LeakscopeError BAD_SNAPSHOT that tells where and why, if this is not a snapshot, or one that was cut off or damaged.
 */
export async function readSnapshot(chunks: AsyncIterable<Uint8Array>, task: Task): Promise<Snapshot> {
  const cursor = new Cursor(chunks, task.signal)
  try {
    await checkStart(cursor)
    const graph = graphOf(cursor, await readSections(cursor))
    return { graph, bytes: cursor.position }
  } finally {
    await cursor.close()
  }
}

interface Sections {
  layout?: Layout
  nodes?: NodeColumns
  edges?: EdgeColumns
  strings?: StringTable
  locations?: Locations
}

async function readSections(cursor: Cursor): Promise<Sections> {
  const sections: Sections = {}
  const met = new Set<string>()
  for (let separator = '{'; ; separator = ',') {
    await cursor.expect(separator, 'between the sections')
    const begin = cursor.position
    const name = await readValue(cursor, 'as the name of a section')
    if (typeof name !== 'string') throw broken(begin, 'stands no name of a section')
    if (met.has(name)) throw broken(begin, `section \`${name}\` comes again`)
    met.add(name)
    await cursor.expect(':', `after the name of section \`${name}\``)
    await readSection(cursor, name, sections)

    const next = await cursor.peek()
    if (next !== 0x7d) continue
    cursor.at++
    const rest = await cursor.peek()
    if (rest >= 0) throw unexpected(cursor, rest, 'the end of the snapshot')
    return sections
  }
}

async function readSection(cursor: Cursor, name: string, sections: Sections): Promise<void> {
  if (name === 'snapshot') sections.layout = layoutOf(await readValue(cursor, 'of section `snapshot`'))
  else if (name === 'strings') sections.strings = await readTexts(cursor)
  else if (name === 'nodes' || name === 'edges' || name === 'locations') {
    const { layout } = sections
    if (layout === undefined) throw notASnapshot(`its section \`${name}\` comes before any header`)
    if (name === 'nodes') sections.nodes = await readNodes(cursor, layout)
    else if (name === 'edges') sections.edges = await readEdges(cursor, layout)
    else if (layout.location !== undefined) sections.locations = await readLocations(cursor, layout, layout.location)
    else await skipValue(cursor, 'of section `locations`')
  } else if (sections.layout === undefined && name === 'head') throw notASnapshot('it is a sampled heap profile')
  // Allocation traces and samples, and whatever later versions of V8 will write.
  else await skipValue(cursor, `of section \`${name}\``)
}

function graphOf(cursor: Cursor, { layout, nodes, edges, strings, locations }: Sections): HeapGraph {
  if (layout === undefined) throw notASnapshot('it has no section `snapshot`')
  const missing = Object.entries({ nodes, edges, strings }).find(([, section]) => section === undefined)
  if (nodes === undefined || edges === undefined || strings === undefined) {
    throw broken(cursor.position, `the snapshot ends without its section \`${missing![0]}\``)
  }
  const { traceNode, ...nodeColumns } = nodes
  const graph: HeapGraph = {
    nodeCount: layout.nodeCount,
    edgeCount: layout.edgeCount,
    root: layout.root,
    ...nodeColumns,
    ...edges,
    strings,
    extraNativeBytes: layout.extraNativeBytes,
    ...(traceNode && { traceNode }),
    ...(locations && { locations }),
  }
  checkNames(graph, cursor.position)
  return graph
}

/** Strings come last in the file, so that only now can be told whether every name is one of them. */
function checkNames(graph: HeapGraph, position: number): void {
  const { nodeCount, edgeCount, nodeName, edgeName, edgeType, strings } = graph
  const { length } = strings
  const [element, hidden] = [edgeTypeNumber('element'), edgeTypeNumber('hidden')]
  const fail = (what: string, name: number): never => {
    throw broken(position, `end ${length} strings, of which ${what} has number ${name} for its name`)
  }
  for (let node = 0; node < nodeCount; node++) if (nodeName[node]! >= length) fail(`node ${node}`, nodeName[node]!)
  for (let edge = 0; edge < edgeCount; edge++) {
    if (edgeName[edge]! < length || edgeType[edge] === element || edgeType[edge] === hidden) continue
    fail(`edge ${edge}`, edgeName[edge]!)
  }
}

async function checkStart(cursor: Cursor): Promise<void> {
  const first = await cursor.peek()
  if (first === 0x7b) return
  if (first < 0) throw notASnapshot(cursor.position === 0 ? 'it is empty' : 'it holds nothing but white space')
  if (first === 0x3c) throw notASnapshot('it is HTML or XML')
  throw notASnapshot('it does not begin with `{`')
}

const notASnapshot = (reason: string): LeakscopeError =>
  new LeakscopeError('BAD_SNAPSHOT', `not a heap snapshot: ${reason}`, {
    hint: 'Name a .heapsnapshot file, as `leakscope snapshot` or `v8.writeHeapSnapshot()` writes it.',
  })
