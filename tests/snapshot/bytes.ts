import type { HeapGraph } from '../../src/graph/heap-graph.js'
import { readSnapshot, type Snapshot } from '../../src/snapshot/read.js'
import { sourceOf } from '../../src/snapshot/source.js'
import { writeSnapshot } from '../../src/snapshot/write.js'
import { untold } from '../../src/task.js'

/** A graph as a snapshot file. */
export const written = (graph: HeapGraph): string => [...writeSnapshot(graph)].join('')

/**
 * Bytes in chunks of the given lengths, repeated. All chunks use the same memory, as those of a file reader may: code that keeps a
 * chunk instead of copying it reads wrong bytes.
 */
export async function* chunked(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  const room = new Uint8Array(Math.max(...lengths))
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const chunk = bytes.subarray(at, at + lengths[turn % lengths.length]!)
    room.set(chunk)
    yield room.subarray(0, chunk.length)
    room.fill(0xff)
    at += chunk.length
  }
}

/** Reads a file given as text, in one chunk or in chunks of these lengths. */
export const read = (
  text: string,
  lengths: readonly number[] = [Math.max(1, Buffer.byteLength(text))],
): Promise<Snapshot> => readSnapshot(sourceOf(chunked(Buffer.from(text), lengths)), untold)

/** All facts of a graph, as plain data to compare. */
export function plain(graph: HeapGraph): unknown {
  const { strings, ...columns } = graph
  return { ...columns, strings: Array.from({ length: strings.length }, (_, index) => strings.at(index)) }
}
