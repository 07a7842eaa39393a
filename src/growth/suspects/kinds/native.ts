import type { Rule } from './clue.js'

/** What no object of the program holds: handles of C++ code, such as open sockets and running requests. */
export const native: Rule = ({ steps, nodes, heap, holder }) => {
  const { type, name } = steps[holder]!
  const root = nodes[holder] === heap.graph.root
  if (type !== '(synthetic)' && !root && !type.startsWith('Node / ')) return undefined
  const what = heap.graph.strings.at(heap.graph.nodeName[nodes[holder]!]!) || 'GC roots'
  return {
    kind: 'native',
    name: name || what,
    subject: `Native code (${what})`,
    hint: 'Close or destroy what was opened: sockets, streams, servers, workers, file handles.',
  }
}
