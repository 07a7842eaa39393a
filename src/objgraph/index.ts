/**
 * objgraph's functions in camelCase. With a heap as the first argument they return the answer directly (`count(heap,
 * 'Session')`); without one they capture this process and return a promise (`await count('Session')`). Objects are live
 * values of this process (`showRefs([a])`), or objects of a heap as returned by `byType` and `at`.
 */
export { at, atAddrs } from './at.js'
export { type ChainLimits, findBackrefChain, findRefChain, isModuleRoot } from './chains.js'
export {
  type Among,
  byType,
  type Counting,
  count,
  getLeakingObjects,
  mostCommonTypes,
  showMostCommonTypes,
  typeStats,
} from './counting.js'
export { type Grown, type GrowthOptions, growth, showGrowth } from './growth.js'
export { HeapObject, type ObjectFilter } from './heap-object.js'
export type { Limited, Printing } from './limits.js'
export { refcount, showMemoryInfo } from './memory.js'
export { getNewIds, type IdState, type NewIdsOptions } from './new-ids.js'
export { type OwnHeap, ownHeap } from './own-heap.js'
export { type ShowOptions, showBackrefs, showChain, showRefs } from './show.js'
