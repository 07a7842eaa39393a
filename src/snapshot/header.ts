import { LeakscopeError } from '../errors.js'
import { edgeTypes, type NodeType, nodeTypes } from '../graph/heap-graph.js'

/**
 * The layout of a file's rows, from its header. Versions of V8 differ in the columns that they write and in their
 * order.
 */
export interface Layout {
  readonly nodeCount: number
  readonly edgeCount: number
  readonly root: number
  readonly extraNativeBytes: number
  /** The number of columns of the section `nodes` and the index of each. Absent optional ones are -1. */
  readonly node: {
    readonly width: number
    readonly type: number
    readonly name: number
    readonly id: number
    readonly selfSize: number
    readonly edgeCount: number
    readonly trace: number
    readonly detachedness: number
  }
  readonly edge: { readonly width: number; readonly type: number; readonly name: number; readonly to: number }
  /** Absent in files older than locations. */
  readonly location: LocationLayout | undefined
  /** The file's number of a node type → ours. */
  readonly nodeTypes: Uint8Array
  /** The file's number of an edge type → ours; `unknownType` for an unknown type. */
  readonly edgeTypes: Uint8Array
  /** The file's own names, for messages. */
  readonly edgeTypeNames: readonly string[]
}

export interface LocationLayout {
  readonly width: number
  readonly node: number
  readonly script: number
  readonly line: number
  readonly column: number
}

export const unknownType = 0xff

/** Reads the value of the file's `snapshot` key. */
export function layoutOf(header: unknown): Layout {
  const { meta, ...counts } = asRecord(header, 'snapshot')
  const fields = asRecord(meta, 'snapshot.meta')
  const nodeFields = words(fields.node_fields, 'node_fields')
  const edgeFields = words(fields.edge_fields, 'edge_fields')
  refuseOthers(fields.node_types)
  const nodeColumn = columns(nodeFields, 'node_fields')
  const edgeColumn = columns(edgeFields, 'edge_fields')

  const node = {
    width: nodeFields.length,
    type: nodeColumn('type'),
    name: nodeColumn('name'),
    id: nodeColumn('id'),
    selfSize: nodeColumn('self_size'),
    edgeCount: nodeColumn('edge_count'),
    trace: nodeFields.indexOf('trace_node_id'),
    detachedness: nodeFields.indexOf('detachedness'),
  }
  const edge = {
    width: edgeFields.length,
    type: edgeColumn('type'),
    name: edgeColumn('name_or_index'),
    to: edgeColumn('to_node'),
  }
  const nodeTypeNames = withUnlisted(typeWords(fields.node_types, node.type, 'node_types'))
  const edgeTypeNames = typeWords(fields.edge_types, edge.type, 'edge_types')
  const nodeCount = count(counts.node_count, 'node_count')
  const root = count(counts.root_index ?? 0, 'root_index') / node.width
  if (!Number.isInteger(root) || root >= nodeCount) throw wrongHeader('`root_index` is not the index of a node')

  return {
    nodeCount,
    edgeCount: count(counts.edge_count, 'edge_count'),
    root,
    extraNativeBytes: count(counts.extra_native_bytes ?? 0, 'extra_native_bytes', Number.MAX_SAFE_INTEGER),
    node,
    edge,
    location: locationLayout(fields.location_fields),
    nodeTypes: Uint8Array.from(nodeTypeNames, word => {
      const type = nodeTypes.indexOf(word as NodeType)
      return type < 0 ? nodeTypes.indexOf('other') : type
    }),
    edgeTypes: Uint8Array.from(edgeTypeNames, word => {
      const type = (edgeTypes as readonly string[]).indexOf(word)
      return type < 0 ? unknownType : type
    }),
    edgeTypeNames,
  }
}

function locationLayout(value: unknown): LocationLayout | undefined {
  if (value === undefined) return undefined
  const fields = words(value, 'location_fields')
  const column = columns(fields, 'location_fields')
  return {
    width: fields.length,
    node: column('object_index'),
    script: column('script_id'),
    line: column('line'),
    column: column('column'),
  }
}

const wrongHeader = (reason: string): LeakscopeError =>
  new LeakscopeError('BAD_SNAPSHOT', `damaged heap snapshot: invalid header: ${reason}`, {
    hint: 'Capture the heap again.',
  })

function asRecord(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw wrongHeader(`\`${name}\` is missing`)
  return value as Record<string, unknown>
}

function words(value: unknown, name: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every(word => typeof word === 'string')) {
    throw wrongHeader(`\`${name}\` is not a list of strings`)
  }
  return value
}

// V8 of 2015 and 2016 (Node.js 4 to 6) used symbol and SIMD value types without listing their names.
const withUnlisted = (words: readonly string[]): readonly string[] =>
  words.length === 12 && words[11] === 'sliced string' ? [...words, 'symbol', 'simd value'] : words

// Julia writes V8's format with its own types, and with addresses as ids, which exceed 32 bits.
function refuseOthers(nodeTypes: unknown): void {
  if (!JSON.stringify(nodeTypes ?? null).includes('"jl_')) return
  throw new LeakscopeError('BAD_SNAPSHOT', 'this is a heap snapshot of Julia; leakscope reads those of Node.js', {
    hint: "Open it in the Memory panel of Chrome's DevTools.",
  })
}

const columns =
  (fields: readonly string[], name: string) =>
  (field: string): number => {
    const column = fields.indexOf(field)
    if (column < 0) throw wrongHeader(`\`${name}\` has no \`${field}\``)
    return column
  }

const typeWords = (value: unknown, column: number, name: string): readonly string[] =>
  words(Array.isArray(value) ? value[column] : undefined, `${name}[${column}]`)

// One less than 2^32 - 1, so that an index plus one always fits into a column.
function count(value: unknown, name: string, limit = 2 ** 32 - 2): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > limit) {
    throw wrongHeader(`\`${name}\` is not a whole number in range`)
  }
  return value
}
