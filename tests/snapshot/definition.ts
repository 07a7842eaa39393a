import { edgeTypes, nodeTypes } from '../../src/graph/heap-graph.js'

/**
 * The contents of a snapshot, read in the slow, obvious manner: parsed as JSON, column by column. `undefined` if it is not JSON. The keys
 * are those of `plain`, without locations.
 */
export function definition(text: string): Readonly<Record<string, unknown>> | undefined {
  let file: File
  try {
    file = JSON.parse(text)
  } catch {
    return undefined
  }
  const { meta, node_count, edge_count } = file.snapshot
  // An empty one counts as none.
  const root_index = file.snapshot.root_index ?? 0
  const extra_native_bytes = file.snapshot.extra_native_bytes ?? 0
  const width = meta.node_fields.length
  const column = (rows: readonly number[], fields: readonly string[], field: string): number[] => {
    const at = fields.indexOf(field)
    return at < 0 ? [] : rows.filter((_, place) => place % fields.length === at)
  }
  const ofNodes = (field: string) => column(file.nodes, meta.node_fields, field)
  const ofEdges = (field: string) => column(file.edges, meta.edge_fields, field)
  const numbersOf = (theirs: unknown, ours: readonly string[]) => (type: number) => {
    const word = (theirs as readonly string[])[type]!
    return ours.includes(word) ? ours.indexOf(word) : ours.indexOf('other')
  }

  const sizes = ofNodes('self_size')
  const detachedness = ofNodes('detachedness')
  const traceNode = ofNodes('trace_node_id')
  let edges = 0
  return {
    nodeCount: node_count,
    edgeCount: edge_count,
    root: root_index / width,
    extraNativeBytes: extra_native_bytes,
    nodeType: Uint8Array.from(ofNodes('type').map(numbersOf(meta.node_types[0], nodeTypes))),
    nodeName: Uint32Array.from(ofNodes('name')),
    nodeId: Uint32Array.from(ofNodes('id')),
    selfSize: (sizes.some(size => size >= 2 ** 32) ? Float64Array : Uint32Array).from(sizes),
    detachedness: detachedness.length > 0 ? Uint8Array.from(detachedness) : new Uint8Array(node_count),
    ...(traceNode.some(trace => trace > 0) && { traceNode: Uint32Array.from(traceNode) }),
    firstEdge: Uint32Array.from([0, ...ofNodes('edge_count').map(count => (edges += count))]),
    edgeType: Uint8Array.from(ofEdges('type').map(numbersOf(meta.edge_types[0], edgeTypes))),
    edgeName: Uint32Array.from(ofEdges('name_or_index')),
    edgeTo: Uint32Array.from(ofEdges('to_node').map(position => position / width)),
    strings: file.strings,
  }
}

interface File {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[]
      readonly node_types: readonly unknown[]
      readonly edge_fields: readonly string[]
      readonly edge_types: readonly unknown[]
    }
    readonly node_count: number
    readonly edge_count: number
    readonly root_index?: number
    readonly extra_native_bytes?: number
  }
  readonly nodes: readonly number[]
  readonly edges: readonly number[]
  readonly strings: readonly string[]
}
