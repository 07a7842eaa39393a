import { refcount as refcountOf } from '../heap/refcount.js'
import { processMemory } from '../live/memory.js'
import { memoryLine } from '../memory-line.js'
import { located, whenKnown } from './given.js'
import type { HeapObject } from './heap-object.js'

/**
 * The equivalent of `sys.getrefcount`: the number of references that keep an object. V8 has no such counter, so they
 * are counted in a heap snapshot, for a live value in one of this process. The argument of this call is not counted; a
 * variable of a function that waits for the answer is. Errors: NOT_FOUND.
 */
export function refcount(object: HeapObject): number
export function refcount(value: unknown): Promise<number>
export function refcount(object: unknown): number | Promise<number> {
  return whenKnown(located([object]), ({ heap, nodes }) => refcountOf(heap.graph, nodes[0]!))
}

/** `show_memory_info`: prints `{hint} memory used: {n} MB`, the USS of this process, and returns it in bytes. */
export async function showMemoryInfo(hint: string): Promise<number> {
  const { uss, rss, source } = await processMemory(process.pid)
  process.stdout.write(`${memoryLine(hint, { uss, rss })}\n`)
  if (uss === null) process.stderr.write(`the number is ${source}\n`)
  return uss ?? rss
}
