/** What heaps cost, in milliseconds: a program that leaks fast has each take longer than the one before. */
export class HeapTimes {
  /** What the last one took to be compared, once captured. */
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

  /** What the next one will take, and what is then said of all. */
  get next(): number {
    const growth = this.#before === 0 ? 1 : Math.min(3, Math.max(1, this.#last / this.#before))
    return (this.#last + 2 * this.compared) * growth
  }
}
