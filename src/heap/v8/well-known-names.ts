import type { HeapGraph } from '../../graph/heap-graph.js'
import { memo } from '../../graph/memo.js'

/** The names by which V8's and Node.js' own objects are recognised. */
const list = [
  'Module',
  'global',
  // From Node.js 26 on, the global object and its proxy.
  'global (global*)',
  'global (global)',
  'system / Context',
  'system / JSProxy',
  'system / SourceTextModule',
  'system / Cell',
  'system / ContextCell',
  'system / PromiseReaction',
  'system / PromiseCapability',
  'table',
  'elements',
  'properties',
  'bindings',
  '__proto__',
] as const
export type WellKnownName = (typeof list)[number]

/**
 * Which of these names a string, by number, is, or `undefined`. For millions of nodes and edges: each string is decoded
 * at most once; 1 byte per string.
 */
export const wellKnownName: (graph: HeapGraph) => (index: number) => WellKnownName | undefined = memo(({ strings }) => {
  const unseen = 0
  const none = 255
  const seen = new Uint8Array(strings.length)
  return index => {
    let word = seen[index]!
    if (word === unseen) {
      word = 1 + list.indexOf(strings.at(index) as WellKnownName) || none
      seen[index] = word
    }
    return word === none ? undefined : list[word - 1]
  }
})
