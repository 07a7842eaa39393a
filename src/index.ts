/** leakscope as a library: attach, capture, read, ask. `show*` are objgraph's verbs, for the process they are called in. */
export * from './analysis/index.js'
export { mostCommonTypes as types } from './analysis/index.js'
export { type Captures, type Cost, capturesOf } from './captures.js'
export * from './check/index.js'
export { type CheckTargetOptions, checkTargetOf } from './check-target.js'
export { type ErrorCode, LeakscopeError } from './errors.js'
export { openHeap as openSnapshot, openHeapNodes as openSnapshotNodes } from './heaps.js'
export { armHeapLimit, type HeapLimitArm, heapLimitArm } from './live/arm/heap-limit.js'
export { type AttachOptions, attach, type Target } from './live/attach/attach.js'
export { type Canary, canary } from './live/canary.js'
export { collectGarbage } from './live/collect.js'
export { type Diagnosis, diagnose, diagnoseTarget } from './live/doctor/diagnose.js'
export { evaluate, objectIdOf } from './live/evaluate.js'
export { type ProcessMemory, processMemory, type V8Memory, v8Memory } from './live/memory.js'
export { closeOwnSession } from './live/own-process.js'
export { type NodeProcess, processes } from './live/processes.js'
export { parseTarget, type TargetSpec } from './live/spec.js'
export type { WorkerThread } from './live/target.js'
export { attachWorker, attachWorkers, type Workers, workerThreads } from './live/workers.js'
export { backrefs, cycleDrawing, graphOf, ObjectGraph, refs } from './object-graph.js'
// By their names, for these are objgraph's where a function of nodes in analysis/ is called the same.
export {
  type Among,
  at,
  atAddrs,
  byType,
  type ChainLimits,
  type Counting,
  count,
  findBackrefChain,
  findRefChain,
  type Grown,
  type GrowthOptions,
  getLeakingObjects,
  getNewIds,
  growth,
  HeapObject,
  type IdState,
  isModuleRoot,
  type Limited,
  mostCommonTypes,
  type NewIdsOptions,
  type ObjectFilter,
  type OwnHeap,
  ownHeap,
  type Printing,
  refcount,
  type ShowOptions,
  showBackrefs,
  showChain,
  showGrowth,
  showMemoryInfo,
  showMostCommonTypes,
  showRefs,
  typeStats,
} from './objgraph/index.js'
export type { Place } from './place.js'
export type { Envelope, Format, Look } from './render/format.js'
export { formatForFile, formatNamed, formats } from './render/index.js'
export type * from './report/report.js'
export { type Task, untold } from './task.js'
