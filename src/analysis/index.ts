import type { Analysis } from './analysis.js'
import { atAnalysis } from './at.js'
import { closuresAnalysis } from './closures.js'
import { collectionsAnalysis } from './collections.js'
import { countAnalysis } from './count.js'
import { cyclesAnalysis } from './cycles/index.js'
import { dominatorsAnalysis } from './dominators.js'
import { findAnalysis } from './find.js'
import { growthAnalysis } from './growth.js'
import { nativeHeldAnalysis } from './held-natively.js'
import { leaksAnalysis } from './leaks/index.js'
import { listenersAnalysis } from './listeners.js'
import { newIdsAnalysis } from './new-ids.js'
import { overviewAnalysis } from './overview.js'
import { pathAnalysis } from './path.js'
import { promisesAnalysis } from './promises.js'
import { queryAnalysis } from './query/query.js'
import { backrefsAnalysis, refsAnalysis } from './refs.js'
import { shapesAnalysis } from './shapes.js'
import { stringsAnalysis } from './strings.js'
import { suspectsAnalysis } from './suspects.js'
import { timersAnalysis } from './timers.js'
import { typesAnalysis } from './types.js'

/** Every question leakscope can ask of heaps, in the order of the help. */
export const analyses: readonly Analysis[] = [
  overviewAnalysis,
  typesAnalysis,
  countAnalysis,
  growthAnalysis,
  newIdsAnalysis,
  findAnalysis,
  atAnalysis,
  queryAnalysis,
  refsAnalysis,
  backrefsAnalysis,
  pathAnalysis,
  dominatorsAnalysis,
  suspectsAnalysis,
  nativeHeldAnalysis,
  cyclesAnalysis,
  leaksAnalysis,
  stringsAnalysis,
  shapesAnalysis,
  collectionsAnalysis,
  closuresAnalysis,
  listenersAnalysis,
  timersAnalysis,
  promisesAnalysis,
]

export { accessPath } from './access-path.js'
export type { Analysis, HeapAnalysis, Option, Options, SeriesAnalysis, Values } from './analysis.js'
export { type Asked, asked, largest } from './asked.js'
export { type ChainOptions, findBackrefChain, findRefChain } from './chains.js'
export { closures, type KeptVariable, type ScopeGroup } from './closures.js'
export { type Collection, type CollectionKind, collectionKinds, collections } from './collections.js'
export { byType, count } from './count.js'
export {
  type Cycle,
  type CycleOptions,
  type Cycles,
  cycleDrawing,
  cycles,
  type Hold,
  holdsOn,
  shortestWayRound,
  wayRound,
} from './cycles/index.js'
export { type Described, describe } from './describe.js'
export { type Dominating, type DominatorOptions, dominatorTree } from './dominators.js'
export { type DrawingOptions, drawing } from './drawing.js'
export { edgeNotation, propertyNotation, referenceNotation, referenceType } from './edges.js'
export { objectTable } from './find.js'
export { type Census, census, type Growth, growth, growthReport, noPeak, type PeakStats } from './growth.js'
export type { Heap, HeapSeries, Origin } from './heap.js'
export {
  type Evidence,
  type Holder,
  type LeakedRate,
  type Leaks,
  leaks,
  type Suspect,
  type SuspectKind,
  type Verdict,
  verdictOf,
} from './leaks/index.js'
export { type EventListeners, isAboveMost, listeners } from './listeners.js'
export { heldByNativeOnly } from './native-held.js'
export { type KnownIds, knownIds, type NewIds, newIds } from './new-ids.js'
export { why } from './path.js'
export { placeOf } from './places.js'
export { type PendingPromise, type Promises, promises, type Waiters } from './promises.js'
export { type Matches, type QueryOptions, query } from './query/query.js'
export { refcount } from './refcount.js'
export { eachReference, eachReferrer } from './references.js'
export { backrefs, refs } from './refs.js'
export { type Hop, pathSteps, retainingPaths } from './retaining-paths.js'
export { isGlobal, isModuleRoot, moduleFile, roleOf } from './roots.js'
export { type ShapeGroup, shapes } from './shapes.js'
export { type DuplicateString, duplicateStrings, holdersOf, longStrings, type Slices, slices } from './strings.js'
export { type Accumulation, accumulationSentence, accumulations, accumulationTable, type Part } from './suspects.js'
export { type TimerGroup, type Timers, timers } from './timers.js'
export type { Group } from './together.js'
export { mostCommonTypes, type TypeOrder, type TypeStats, type TypeStatsOptions, typeStats } from './types.js'
