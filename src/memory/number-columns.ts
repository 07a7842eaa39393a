import type { Numbers } from '../graph/heap-graph.js'
import { withRoom } from './columns.js'

/** Numbers that objects hold, object after object. */
export class NumberColumns {
  #count = 0
  #node: Uint32Array = new Uint32Array(1024)
  #type: Uint8Array = new Uint8Array(1024)
  #name: Uint32Array = new Uint32Array(1024)
  #value: Float64Array = new Float64Array(1024)

  add(node: number, type: number, name: number, value: number): void {
    const at = this.#count
    if (at === this.#node.length) {
      this.#node = withRoom(this.#node, at + 1)
      this.#type = withRoom(this.#type, at + 1)
      this.#name = withRoom(this.#name, at + 1)
      this.#value = withRoom(this.#value, at + 1)
    }
    this.#node[at] = node
    this.#type[at] = type
    this.#name[at] = name
    this.#value[at] = value
    this.#count = at + 1
  }

  /** What was added; columns no longer than that. */
  get columns(): Numbers {
    return {
      node: this.#node.slice(0, this.#count),
      type: this.#type.slice(0, this.#count),
      name: this.#name.slice(0, this.#count),
      value: this.#value.slice(0, this.#count),
    }
  }
}
