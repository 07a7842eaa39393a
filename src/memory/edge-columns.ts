import { withCapacity } from './columns.js'

/** Edges as they are added, node by node. */
export class EdgeColumns {
  count = 0
  type: Uint8Array = new Uint8Array(1024)
  name: Uint32Array = new Uint32Array(1024)
  to: Uint32Array = new Uint32Array(1024)

  constructor(expected: number) {
    this.#grow(expected)
  }

  add(type: number, name: number, to: number): void {
    const at = this.count
    if (at === this.to.length) this.#grow(at + 1)
    this.type[at] = type
    this.name[at] = name
    this.to[at] = to
    this.count = at + 1
  }

  /** Reserves capacity for `more` edges. */
  reserve(more: number): void {
    this.#grow(this.count + more)
  }

  #grow(needed: number): void {
    this.type = withCapacity(this.type, needed)
    this.name = withCapacity(this.name, needed)
    this.to = withCapacity(this.to, needed)
  }
}
