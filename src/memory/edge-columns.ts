import { withRoom } from './columns.js'

/** Edges as they are made, node after node. */
export class EdgeColumns {
  count = 0
  type: Uint8Array = new Uint8Array(1024)
  name: Uint32Array = new Uint32Array(1024)
  to: Uint32Array = new Uint32Array(1024)

  constructor(expected: number) {
    this.#withRoom(expected)
  }

  add(type: number, name: number, to: number): void {
    const at = this.count
    if (at === this.to.length) this.#withRoom(at + 1)
    this.type[at] = type
    this.name[at] = name
    this.to[at] = to
    this.count = at + 1
  }

  /** Room for so many more. */
  reserve(more: number): void {
    this.#withRoom(this.count + more)
  }

  #withRoom(needed: number): void {
    this.type = withRoom(this.type, needed)
    this.name = withRoom(this.name, needed)
    this.to = withRoom(this.to, needed)
  }
}
