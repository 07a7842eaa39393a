import type { Heap, HeapSeries } from './heap.js'

/**
 * Visits the heaps of a series, one after the other, and holds none of them while the next is read. (`for await` would: the
 * variable of its loop keeps the last heap until there is another, and two heaps are twice the memory.) `mayBeLast` is true for the
 * last one, and for every one if it is not known how many there are.
 */
export async function oneByOne(heaps: HeapSeries, visit: (heap: Heap, mayBeLast: boolean) => void): Promise<void> {
  const series = heaps[Symbol.asyncIterator]()
  for (let number = 1; await another(series, heap => visit(heap, number >= (heaps.length ?? 0))); number++);
}

// A function of its own, so that the heap goes with its frame.
async function another(series: AsyncIterator<Heap>, visit: (heap: Heap) => void): Promise<boolean> {
  const { done, value } = await series.next()
  if (done === true) return false
  visit(value)
  return true
}
