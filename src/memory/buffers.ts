import type { View } from './view.js'

/** The memory of array buffers, which is outside the heap. */
export interface Buffers {
  /** By buffer object: the index of its memory. */
  readonly of: ReadonlyMap<number, number>
  /** By memory: bytes. */
  readonly bytes: readonly number[]
}

/** Finds the memory of all array buffers; those with one address share it. */
export function buffersOf(view: View): Buffers {
  const { records, layout } = view
  const { count, variant } = records
  const isBuffer = view.areOfType('JS_ARRAY_BUFFER_TYPE')
  const of = new Map<number, number>()
  const bytes: number[] = []
  const known = new Map<number, number>()
  for (let at = 0; at < count; at++) {
    if (isBuffer[variant[at]!] === 0) continue
    const address = view.size(at, layout.arrayBuffer.backingStore) ?? 0
    const length = view.size(at, layout.arrayBuffer.byteLength) ?? 0
    if (address === 0 || length > 2 ** 53) continue
    let memory = known.get(address)
    if (memory === undefined) {
      memory = bytes.push(length) - 1
      known.set(address, memory)
    }
    of.set(at, memory)
  }
  return { of, bytes }
}
