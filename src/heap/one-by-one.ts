import type { Heap, HeapSeries } from './heap.js'

/**
 * Visits the heaps of a series one after the other, and keeps none of them alive while the next is read. (The loop
 * variable of `for await` would, which doubles the memory.) `mayBeLast` is true for the last one, and for every one if
 * their number is unknown.
 */
export async function oneByOne(heaps: HeapSeries, visit: (heap: Heap, mayBeLast: boolean) => void): Promise<void> {
  const series = heaps[Symbol.asyncIterator]()
  for (let number = 1; await another(series, heap => visit(heap, number >= (heaps.length ?? 0))); number++);
}

// A separate function, so that its frame does not keep the heap alive.
async function another(series: AsyncIterator<Heap>, visit: (heap: Heap) => void): Promise<boolean> {
  const { done, value } = await series.next()
  if (done === true) return false
  visit(value)
  return true
}
