/**
 * The leakscope library: attach to a process, capture its heap, read it, query it. The `show*` functions are objgraph's
 * and examine the process that calls them.
 */

export { type Captures, capturesOf, type HeldCapture } from './acquire/captures.js'
export { type CheckTargetOptions, checkTargetOf } from './acquire/check-target.js'
export type { Cost } from './acquire/from-memory.js'
export type { HeldSnapshot } from './acquire/held-snapshot.js'
export { openHeap as openSnapshot, openHeapNodes as openSnapshotNodes } from './acquire/open-heap.js'
export * from './check/index.js'
export { type DrawingOptions, drawing } from './drawing/drawing.js'
export { type ErrorCode, LeakscopeError } from './errors.js'
export { type Leaks, leaks } from './growth/leaks.js'
export type { Evidence, Holder, LeakedRate, Suspect, SuspectKind } from './growth/suspects/suspect.js'
export { type Verdict, verdictOf } from './growth/verdict.js'
export { type Census, census } from './heap/census.js'
export { type Described, describe } from './heap/describe.js'
export { edgeNotation, propertyNotation, referenceNotation, referenceType } from './heap/edge-notation.js'
export type { Group } from './heap/groups.js'
export type { Heap, HeapSeries, Origin } from './heap/heap.js'
export { heldByNativeOnly } from './heap/held-by-native-only.js'
export { type KnownIds, knownIds, type NewIds, newIds } from './heap/known-ids.js'
export { placeOf } from './heap/places.js'
export { eachReference, eachReferrer } from './heap/references.js'
export { isGlobal, moduleFile, roleOf } from './heap/roots.js'
export { armHeapLimit, type HeapLimitArm, heapLimitArm } from './live/arm/heap-limit.js'
export { type AttachOptions, attach, type Target } from './live/attach/attach.js'
export { type Canary, canary } from './live/canary.js'
export { type Diagnosis, diagnose, diagnoseTarget } from './live/doctor/diagnose.js'
export { type ProcessMemory, processMemory, type V8Memory, v8Memory } from './live/memory.js'
export { closeOwnSession } from './live/own-process.js'
export { type NodeProcess, processes } from './live/processes.js'
export { collectGarbage } from './live/protocol/collect.js'
export { evaluate, objectIdOf } from './live/protocol/evaluate.js'
export { parseTarget, type TargetSpec } from './live/spec.js'
export type { WorkerThread } from './live/target.js'
export { attachWorker, attachWorkers, type Workers, workerThreads } from './live/workers.js'
// Named one by one: where a question about nodes has the same name, objgraph's function is the public one.
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
export { backrefs, cycleDrawing, graphOf, ObjectGraph, refs } from './objgraph/object-graph.js'
export { accessPath } from './paths/access-path.js'
export type { ChainOptions } from './paths/chains.js'
export { type Cycle, type CycleOptions, type Cycles, cycles, shortestRing } from './paths/cycles/cycles.js'
export { type OutsideRetainer, outsideRetainers } from './paths/cycles/outside-retainers.js'
export { type Hop, pathSteps, retainingPaths } from './paths/retaining-paths.js'
export { why } from './paths/why.js'
export type { Place } from './place.js'
export { type Matches, type QueryOptions, query } from './query/query.js'
export type { Analysis, HeapAnalysis, Option, Options, SeriesAnalysis, Values } from './questions/ask/analysis.js'
export { largest, type Selection, select } from './questions/ask/selection.js'
export { closures, type KeptVariable, type ScopeGroup } from './questions/closures.js'
export { type Collection, type CollectionKind, collectionKinds, collections } from './questions/collections.js'
export { ringSteps } from './questions/cycles.js'
export { type Dominating, type DominatorOptions, dominatingObjects } from './questions/dominators.js'
export { objectTable } from './questions/find.js'
export { type Growth, growthReport, noPeak, type PeakStats } from './questions/growth.js'
export { analyses } from './questions/index.js'
export { type EventListeners, isAboveMost, listeners } from './questions/listeners.js'
export { type PendingPromise, type Promises, promises, type Waiters } from './questions/promises.js'
export { type ShapeGroup, shapes } from './questions/shapes.js'
export {
  type DuplicateString,
  duplicateStrings,
  holdersOf,
  longStrings,
  type Slices,
  slices,
} from './questions/strings.js'
export {
  type Accumulation,
  accumulationSentence,
  accumulations,
  accumulationTable,
  type Part,
} from './questions/suspects.js'
export { type TimerGroup, type Timers, timers } from './questions/timers.js'
export { rankedTypes as types, type TypeOrder, type TypeStats, type TypeStatsOptions } from './questions/types.js'
export type { Envelope, Format, Look } from './render/format.js'
export { formatForFile, formatNamed, formats } from './render/index.js'
export type * from './report/report.js'
export { type Task, untold } from './task.js'
