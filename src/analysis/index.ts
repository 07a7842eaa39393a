import type { Analysis } from './analysis.js'
import { countAnalysis } from './count.js'
import { findAnalysis } from './find.js'
import { growthAnalysis } from './growth.js'
import { newIdsAnalysis } from './new-ids.js'
import { typesAnalysis } from './types.js'

/** Every question leakscope can ask of heaps, in the order of the help. */
export const analyses: readonly Analysis[] = [
  typesAnalysis,
  countAnalysis,
  growthAnalysis,
  newIdsAnalysis,
  findAnalysis,
]

export type { Analysis, HeapAnalysis, Option, Options, SeriesAnalysis, Values } from './analysis.js'
export { type Asked, asked, largest } from './asked.js'
export { byType, count } from './count.js'
export { type Described, describe } from './describe.js'
export { edgeNotation, propertyNotation, referenceNotation, referenceType } from './edges.js'
export { objectTable } from './find.js'
export { type Census, census, type Growth, growth, growthReport, noPeak, type PeakStats } from './growth.js'
export type { Heap, Origin } from './heap.js'
export { type KnownIds, knownIds, type NewIds, newIds } from './new-ids.js'
export { placeOf } from './places.js'
export { eachReference, eachReferrer } from './references.js'
export { isGlobal, isModuleRoot, moduleFile, roleOf } from './roots.js'
export { mostCommonTypes, type TypeOrder, type TypeStats, type TypeStatsOptions, typestats } from './types.js'
