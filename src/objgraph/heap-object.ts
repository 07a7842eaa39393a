import { inspect } from 'node:util'
import { distances } from '../graph/distances.js'
import type { NodeIndex, ObjectId } from '../graph/heap-graph.js'
import { retainedSizes } from '../graph/retained-sizes.js'
import { shallowSizes } from '../graph/shallow-sizes.js'
import { typeOf } from '../graph/types.js'
import { describe } from '../heap/describe.js'
import type { Heap } from '../heap/heap.js'
import { placeOf } from '../heap/places.js'
import { refcount } from '../heap/refcount.js'
import { qualifiedTypeOf } from '../heap/type-names.js'
import type { Place } from '../place.js'

/**
 * One object of a heap, returned by functions and passed to predicates: `object => object.type === 'Session' &&
 * object.retained > 1024`. Properties are computed when read; `retained` and `distance` compute the heap's dominators
 * and distances on first use.
 */
export class HeapObject {
  readonly heap: Heap
  /** Its index in the columns of `heap.graph`. */
  readonly node: NodeIndex

  constructor(heap: Heap, node: NodeIndex) {
    this.heap = heap
    this.node = node
  }

  /** V8's number for it, shown as `@1203`. */
  get id(): ObjectId {
    return this.heap.graph.nodeId[this.node]!
  }

  /** `Session`, `(string)`. */
  get type(): string {
    return typeOf(this.heap.graph, this.node)
  }

  /** `src/store.js:Session`, if the heap has the file. */
  get qualifiedType(): string {
    return qualifiedTypeOf(this.heap, this.node)
  }

  /** Its description, as in drawings: `12 items`, `"user-7"`. May be empty. */
  get name(): string {
    return describe(this.heap, this.node)
  }

  /** Shallow size in bytes. */
  get shallow(): number {
    return shallowSizes(this.heap.graph)[this.node]!
  }

  /** Retained size: bytes that would be freed with it. */
  get retained(): number {
    return retainedSizes(this.heap.graph)[this.node]!
  }

  /** Fewest edges from a root. */
  get distance(): number {
    return distances(this.heap.graph)[this.node]!
  }

  /** Number of retaining edges to it. */
  get refcount(): number {
    return refcount(this.heap.graph, this.node)
  }

  /** The source location of the function, or of the object's class. */
  get place(): Place | undefined {
    return placeOf(this.heap, this.node)
  }

  /** `Session @1203 id "user-7"`. */
  toString(): string {
    return `${this.type} @${this.id} ${this.name}`.trimEnd()
  }
}

// For prompts and console.log. (Not a class member, since isolatedDeclarations does not support this symbol.)
Object.defineProperty(HeapObject.prototype, inspect.custom, {
  value(this: HeapObject) {
    return `<${this}>`
  },
})

/** Chooses objects. */
export type ObjectFilter = (object: HeapObject) => boolean

/** Turns a filter of objects into one of nodes. */
export const onNodes = (heap: Heap, filter: ObjectFilter | undefined): ((node: NodeIndex) => boolean) | undefined =>
  filter && (node => filter(new HeapObject(heap, node)))
