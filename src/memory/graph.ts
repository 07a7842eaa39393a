import { type HeapGraph, nodeTypeNumber, type Sizes } from '../graph/heap-graph.js'
import { stage, type Task } from '../task.js'
import { embedderEdges, ephemeronEdges } from './added-edges.js'
import { buffersOf } from './buffers.js'
import { Constructors } from './constructors.js'
import type { Dump } from './dump.js'
import { EdgeColumns } from './edge-columns.js'
import { objectEdges } from './edges.js'
import { Functions } from './functions.js'
import { locationsOf } from './locations.js'
import { Names } from './names.js'
import { nodeRows } from './nodes.js'
import { NumberColumns } from './number-columns.js'
import { omittedTargets } from './omitted-targets.js'
import { Properties } from './properties.js'
import { rootEdges, rootNodes } from './root-edges.js'
import { Scopes } from './scopes.js'
import { type MemoryScript, scriptsOf } from './scripts.js'
import { tag } from './tags.js'
import { View } from './view.js'

/** Indexes above this are strings of their own instead of implicit ones. */
const maxNumbers = 2 ** 24

/**
 * The graph of a heap read from memory, with the nodes, edges and names that V8's own snapshot of it has. `first` is
 * the node of the first object; objects follow in the order of their addresses.
 */
export async function graphOf(
  dump: Dump,
  task: Task,
): Promise<{ readonly graph: HeapGraph; readonly first: number; readonly scripts: readonly MemoryScript[] }> {
  const view = new View(dump)
  const { records, header } = { records: dump.records, header: dump.header }
  const { count, texts } = records
  const names = new Names(view)
  const scopes = new Scopes(names)
  const functions = new Functions(names, scopes)
  const properties = new Properties(names)
  const constructors = new Constructors(names, properties, functions)

  await stage(task, 'naming')
  const rows = nodeRows(names, constructors, functions)
  const flags = omittedTargets(view, dump.roots)
  tag(names, functions, rows, flags, dump.roots, header.rootKinds)
  const groups = rootNodes(header, dump.roots)
  const base = 2 + groups.kinds.length
  const buffers = buffersOf(view)
  const embedder = dump.embedder ?? { nodes: [], edges: [] }
  // An embedder node with a wrapper object is that object's node.
  const nodeOf: number[] = []
  let nodeCount = base + count + buffers.bytes.length
  for (const { wrapper } of embedder.nodes) nodeOf.push(wrapper === undefined ? nodeCount++ : base + wrapper)
  const nodeId = idsOf(dump, base, nodeCount)

  await stage(task, 'references')
  const ephemerons = ephemeronEdges(view, rows, object => nodeId[base + object]!, base)
  const { ofObjects, ofNodes } = embedderEdges(view, embedder, nodeOf, base)
  const added = [...ephemerons, ...ofObjects].sort((a, b) => a.from - b.from)
  texts.numbers = numbersNeeded(records)
  const columns = new EdgeColumns(Math.min(records.slotCount + 3 * count, 2 ** 31))
  const numberColumns = new NumberColumns(count + 1024)
  const firstEdge = new Uint32Array(nodeCount + 1)
  const embedderRoots = nodeOf.filter((_, at) => embedder.nodes[at]!.isRoot)
  firstEdge.set(rootEdges(columns, view, groups, dump.roots, embedderRoots))
  const bufferOf = new Map([...buffers.of].map(([object, memory]) => [object, base + count + memory]))
  objectEdges(columns, numberColumns, firstEdge.subarray(base), {
    names,
    scopes,
    properties,
    rows,
    flags,
    base,
    nativeContextNames: header.nativeContextNames,
    bufferOf,
    added,
  })
  for (let node = base + count; node < nodeCount; node++) {
    firstEdge[node] = columns.count
    for (const { type, name, to } of ofNodes.get(node) ?? [])
      columns.add(type, type === 1 ? name : texts.numbers + name, to)
  }
  firstEdge[nodeCount] = columns.count

  const { numbers } = texts
  const word = (text: string): number => numbers + texts.of(text)
  const nodeType = new Uint8Array(nodeCount)
  const nodeName = new Uint32Array(nodeCount)
  const selfSize = sizes(
    view,
    base,
    nodeCount,
    buffers.bytes,
    embedder.nodes.map(({ size }) => size),
    nodeOf,
  )
  const [synthetic, native] = [nodeTypeNumber('synthetic'), nodeTypeNumber('native')]
  nodeType.fill(synthetic, 0, base)
  nodeType.set(rows.type, base)
  nodeType.fill(native, base + count)
  nodeName[0] = word('')
  nodeName[1] = word('(GC roots)')
  groups.names.forEach((name, at) => {
    nodeName[2 + at] = word(name)
  })
  for (let at = 0; at < count; at++) nodeName[base + at] = rows.name[at]! + numbers
  nodeName.fill(word('system / JSArrayBufferData'), base + count)
  const detachedness = new Uint8Array(nodeCount)
  embedder.nodes.forEach(({ name, isRoot, detachedness: how }, at) => {
    const node = nodeOf[at]!
    nodeName[node] = word(name)
    nodeType[node] = isRoot ? synthetic : native
    detachedness[node] = how
  })

  await stage(task, 'places')
  const locations = locationsOf(names, constructors, functions, rows, base)
  return {
    first: base,
    scripts: scriptsOf(names),
    graph: {
      nodeCount,
      edgeCount: columns.count,
      root: 0,
      nodeType,
      nodeName,
      nodeId,
      selfSize,
      detachedness,
      address: addressesOf(dump, base, nodeCount),
      strings: texts,
      extraNativeBytes: 0,
      firstEdge,
      edgeType: columns.type.subarray(0, columns.count),
      edgeName: columns.name.subarray(0, columns.count),
      edgeTo: columns.to.subarray(0, columns.count),
      locations,
      numbers: numberColumns.columns,
    },
  }
}

function addressesOf({ records, header }: Dump, base: number, nodeCount: number): Float64Array {
  const addresses = new Float64Array(nodeCount)
  const { chunkAddress, chunkFirst, place, count } = records
  const chunkSize = 2 ** header.chunkBits
  chunkAddress.forEach((address, chunk) => {
    const end = chunkFirst[chunk + 1] ?? count
    for (let at = chunkFirst[chunk]!; at < end; at++) addresses[base + at] = address * chunkSize + 8 * place[at]!
  })
  return addresses
}

/** Keeps the ids that V8 has assigned, and gives the other nodes ids that V8 could assign. */
function idsOf({ ids, records }: Dump, base: number, nodeCount: number): Uint32Array {
  const nodeId = new Uint32Array(nodeCount)
  const { count } = records
  let greatest = 0
  if (ids !== undefined)
    for (let at = 0; at < count; at++) {
      nodeId[base + at] = ids[at]!
      if (ids[at]! > greatest) greatest = ids[at]!
    }
  for (let node = 0; node < base; node++) nodeId[node] = 2 * node + 1
  // Odd, as V8's are, and above all that V8 has assigned; if there is no room above, below.
  let next = Math.max(greatest, 2 * base) | 1
  next += 2
  if (next + 2 * nodeCount > 2 ** 32) next = 2 * base + 1
  const taken = next < greatest ? new Set(ids) : undefined
  for (let node = base; node < nodeCount; node++) {
    if (nodeId[node] !== 0) continue
    while (taken?.has(next) === true) next += 2
    nodeId[node] = next
    next += 2
  }
  return nodeId
}

/** The number of implicit index names: the slots of the longest array. */
function numbersNeeded({ count, firstSlot }: Dump['records']): number {
  let most = 16
  for (let at = 0; at < count; at++)
    if (firstSlot[at + 1]! - firstSlot[at]! > most) most = firstSlot[at + 1]! - firstSlot[at]!
  return Math.min(most + 1, maxNumbers)
}

function sizes(
  view: View,
  base: number,
  nodeCount: number,
  buffers: readonly number[],
  embedder: readonly number[],
  nodeOf: readonly number[],
): Sizes {
  const { size, count } = view.records
  const large = [...buffers, ...embedder].some(bytes => bytes >= 2 ** 31)
  const sizes = large ? new Float64Array(nodeCount) : new Uint32Array(nodeCount)
  sizes.set(size.subarray(0, count), base)
  // Since V8 13, objects in the shared read-only space have size 0.
  if (view.layout.major >= 13) for (const [from, end] of view.readOnlyRanges) sizes.fill(0, base + from, base + end)
  // Since V8 13, the size of an external string includes its characters.
  if (view.layout.major >= 13) {
    const { variant, variants, shapes, firstRaw, rawLow } = view.records
    const bytes = Uint8Array.from(variants, ({ shape }) =>
      shapes[shape]!.form === 'external' ? (view.layout.isOneByte(shapes[shape]!.type) ? 1 : 2) : 0,
    )
    for (let at = 0; at < count; at++) {
      const each = bytes[variant[at]!]!
      // A string's raw word is its length.
      if (each > 0) sizes[base + at]! += each * rawLow[firstRaw[at]!]!
    }
  }
  sizes.set(buffers, base + count)
  embedder.forEach((bytes, at) => {
    sizes[nodeOf[at]!]! += bytes
  })
  return sizes
}
