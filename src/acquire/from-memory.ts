import type { HeapGraph } from '../graph/heap-graph.js'
import { numberedAfter } from '../graph/numbered-after.js'
import type { Heap } from '../heap/heap.js'
import type { Captured } from '../live/capture/capture.js'
import { allocatorMemory, type LiveMemory, liveMemory } from '../live/capture/fork/child.js'
import { accept, integer, object, type Schema } from '../live/protocol/schema.js'
import type { MemoryHeap } from '../memory/open.js'
import { reachedBufferBytes } from '../memory/reached-buffers.js'
import type { AllocatorMemory } from '../outside-heap.js'
import type { OriginFile } from './origin.js'

/** The cost of a capture for the target. */
export type Cost = Omit<Captured, 'path' | 'known'> & {
  /** The walk's check of its own results; only from memory. */
  readonly check?: SelfCheck
}

/**
 * The number of objects read twice, of those that differed (0, or the heap is refused), and of roots that were not
 * objects.
 */
export interface SelfCheck {
  readonly checked: number
  readonly differ: number
  readonly tornRoots: number
}

const count = integer(0)
const selfCheck: Schema<SelfCheck> = object({ checked: count, differ: count, tornRoots: count })

/** A heap read from memory, with its origin and cost. */
export interface FromMemory {
  readonly graph: HeapGraph
  readonly bytes: number
  readonly origin: OriginFile
  readonly cost: Cost
  readonly living?: LiveMemory
  readonly allocator?: AllocatorMemory
}

/**
 * Validates what a child wrote besides the heap. Objects get the ids of the matching objects in the heap `before`, if
 * given. `name` is the target's, for messages. Errors: CAPTURE.
 */
export function fromMemory(
  { graph, bytes, scripts, measurements, trailer }: MemoryHeap,
  { origin, cost }: { readonly origin: OriginFile; readonly cost: Cost },
  before: Heap | undefined,
  name: string,
): FromMemory {
  const by = `fork by ${name}`
  const living = measurements?.living === undefined ? undefined : accept(liveMemory, measurements.living, by)
  const allocator =
    measurements?.allocator === undefined ? undefined : accept(allocatorMemory, measurements.allocator, by)
  const check = accept(selfCheck, trailer.check, by)
  const numbered = before && numberedAfter(before.graph, graph)
  const session = before?.origin.session
  return {
    graph: numbered?.graph ?? graph,
    bytes,
    origin: {
      ...origin,
      scripts,
      ...(numbered === undefined || session == null ? {} : { follows: { session, matched: numbered.matched } }),
    },
    cost: { ...cost, check },
    ...(living === undefined ? {} : { living: withReached(living, graph) }),
    ...(allocator === undefined ? {} : { allocator }),
  }
}

/** Counts only array buffers that the heap still reaches. */
function withReached(living: LiveMemory, graph: HeapGraph): LiveMemory {
  const arrayBuffers = reachedBufferBytes(graph)
  return { ...living, arrayBuffers, external: Math.max(0, living.external - living.arrayBuffers) + arrayBuffers }
}
