import type { HeapGraph } from '../graph/heap-graph.js'
import type { Signatures } from './signatures.js'
import type { StoreHistory } from './store-history.js'
import type { Stores } from './stores.js'

/** The last heap of a series, with the paths of its objects, its stores, and the history of the stores. */
export interface LastHeap {
  readonly graph: HeapGraph
  readonly paths: Signatures
  readonly stores: Stores
  readonly history: StoreHistory
}
