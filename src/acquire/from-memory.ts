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

/** What a capture did to the target, for people. */
export type Cost = Omit<Captured, 'path' | 'known'> & {
  /** What the walk through memory found when it checked itself; only from memory. */
  readonly check?: SelfCheck
}

/** How many objects were looked at twice, how many differed (none: else it is refused), and how many roots were no objects. */
export interface SelfCheck {
  readonly checked: number
  readonly differ: number
  readonly tornRoots: number
}

const count = integer(0)
const selfCheck: Schema<SelfCheck> = object({ checked: count, differ: count, tornRoots: count })

/** A heap that was read from memory, with what is known of it. */
export interface FromMemory {
  readonly graph: HeapGraph
  readonly bytes: number
  readonly origin: OriginFile
  readonly cost: Cost
  readonly living?: LiveMemory
  readonly allocator?: AllocatorMemory
}

/**
 * What a child has said besides the heap, taken for true only where it has the right form; objects have the ids of those of the heap
 * `before`, where there is one. `name` is the target's, for messages. Errors: CAPTURE.
 */
export function fromMemory(
  { graph, bytes, scripts, beside, trailer }: MemoryHeap,
  { origin, cost }: { readonly origin: OriginFile; readonly cost: Cost },
  before: Heap | undefined,
  name: string,
): FromMemory {
  const by = `fork by ${name}`
  const living = beside?.living === undefined ? undefined : accept(liveMemory, beside.living, by)
  const allocator = beside?.allocator === undefined ? undefined : accept(allocatorMemory, beside.allocator, by)
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

/** Of array buffers the memory of those that the heap still reaches. */
function withReached(living: LiveMemory, graph: HeapGraph): LiveMemory {
  const arrayBuffers = reachedBufferBytes(graph)
  return { ...living, arrayBuffers, external: Math.max(0, living.external - living.arrayBuffers) + arrayBuffers }
}
