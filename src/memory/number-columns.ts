import type { Numbers } from '../graph/heap-graph.js'
import { withCapacity } from './columns.js'

/** The numbers in objects, object by object. */
export class NumberColumns {
  count = 0
  node: Uint32Array
  type: Uint8Array
  name: Uint32Array
  value: Float64Array

  /** Memory that is never written to costs nothing. */
  constructor(expected: number) {
    this.node = new Uint32Array(expected)
    this.type = new Uint8Array(expected)
    this.name = new Uint32Array(expected)
    this.value = new Float64Array(expected)
  }

  add(node: number, type: number, name: number, value: number): void {
    const at = this.count
    if (at === this.node.length) this.reserve(1)
    this.node[at] = node
    this.type[at] = type
    this.name[at] = name
    this.value[at] = value
    this.count = at + 1
  }

  /** Reserves capacity for `more` numbers. */
  reserve(more: number): void {
    const needed = this.count + more
    this.node = withCapacity(this.node, needed)
    this.type = withCapacity(this.type, needed)
    this.name = withCapacity(this.name, needed)
    this.value = withCapacity(this.value, needed)
  }

  /** The numbers added so far. */
  get columns(): Numbers {
    return {
      node: this.node.subarray(0, this.count),
      type: this.type.subarray(0, this.count),
      name: this.name.subarray(0, this.count),
      value: this.value.subarray(0, this.count),
    }
  }
}
