import type { Heap } from './heap.js'

/**
 * Visits the heaps of a series, one after the other, and holds none of them while the next is read. (`for await` would: the
 * variable of its loop keeps the last heap until there is another, and two heaps are twice the memory.)
 */
export async function oneByOne(heaps: AsyncIterable<Heap>, visit: (heap: Heap) => void): Promise<void> {
  const series = heaps[Symbol.asyncIterator]()
  while (await another(series, visit));
}

// A function of its own, so that the heap goes with its frame.
async function another(series: AsyncIterator<Heap>, visit: (heap: Heap) => void): Promise<boolean> {
  const { done, value } = await series.next()
  if (done === true) return false
  visit(value)
  return true
}
