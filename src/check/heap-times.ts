/**
 * The time that heaps take, in milliseconds: in a program that leaks fast, each takes longer than the previous one.
 */
export class HeapTimes {
  /** The time to compare the last heap after its capture. */
  compared = 0
  #last = 0
  #before = 0

  captured(milliseconds: number): void {
    this.#before = this.#last
    this.#last = milliseconds
  }

  comparedIn(milliseconds: number): void {
    this.compared = milliseconds
  }

  /** The estimated time of the next heap, including the final answer. */
  get next(): number {
    const growth = this.#before === 0 ? 1 : Math.min(3, Math.max(1, this.#last / this.#before))
    return (this.#last + 2 * this.compared) * growth
  }
}
