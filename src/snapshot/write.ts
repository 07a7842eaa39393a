import { edgeTypes, type HeapGraph, nodeTypes } from '../graph/heap-graph.js'

/**
 * Writes a graph in V8's own file format, piece by piece and ASCII only, as V8 does. Reading it again gives equal columns. What is
 * not in the graph (allocation traces, samples) is not in the file.
 */
export function* writeSnapshot(graph: HeapGraph): Generator<string> {
  const nodeFields = ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness']
  if (graph.traceNode) nodeFields.push('trace_node_id')
  const width = nodeFields.length
  const header = {
    meta: {
      node_fields: nodeFields,
      node_types: [nodeTypes, 'string', ...nodeFields.slice(2).map(() => 'number')],
      edge_fields: ['type', 'name_or_index', 'to_node'],
      edge_types: [edgeTypes, 'string_or_number', 'node'],
      trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
      trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
      sample_fields: ['timestamp_us', 'last_assigned_id'],
      location_fields: ['object_index', 'script_id', 'line', 'column'],
    },
    node_count: graph.nodeCount,
    edge_count: graph.edgeCount,
    trace_function_count: 0,
    extra_native_bytes: graph.extraNativeBytes,
    ...(graph.root > 0 && { root_index: graph.root * width }),
  }
  yield `{"snapshot":${ascii(header)},\n`
  yield* section('nodes', graph.nodeCount, node => nodeRow(graph, node))
  yield* section('edges', graph.edgeCount, edge => edgeRow(graph, edge, width))
  yield '"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n'
  const { locations } = graph
  if (locations) {
    const { node, script, line, column } = locations
    yield* section('locations', node.length, at => `${node[at]! * width},${script[at]},${line[at]},${column[at]}`)
  }
  yield* section('strings', graph.strings.length, index => ascii(graph.strings.at(index)), '')
  yield '}\n'
}

function nodeRow(graph: HeapGraph, node: number): string {
  const { nodeType, nodeName, nodeId, selfSize, firstEdge, detachedness, traceNode } = graph
  const edges = firstEdge[node + 1]! - firstEdge[node]!
  const row = `${nodeType[node]},${nodeName[node]},${nodeId[node]},${selfSize[node]},${edges},${detachedness[node]}`
  return traceNode ? `${row},${traceNode[node]}` : row
}

const edgeRow = ({ edgeType, edgeName, edgeTo }: HeapGraph, edge: number, nodeWidth: number): string =>
  `${edgeType[edge]},${edgeName[edge]},${edgeTo[edge]! * nodeWidth}`

/** Rows go out some thousands at a time. */
function* section(name: string, count: number, row: (at: number) => string, end = ','): Generator<string> {
  yield `"${name}":[`
  for (let begin = 0; begin < count; begin += 4096) {
    const rows: string[] = []
    for (let at = begin; at < Math.min(count, begin + 4096); at++) rows.push(row(at))
    yield (begin > 0 ? ',\n' : '') + rows.join(',\n')
  }
  yield `]${end}\n`
}

/** JSON with everything beyond ASCII escaped, half of a surrogate pair too. */
const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u0080-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
