import { readFileSync } from 'node:fs'
import type { MemoryParts } from '../../outside-heap.js'

/** glibc's thread arenas are aligned to this size and reserve as much (malloc/arena.c: HEAP_MAX_SIZE). */
const ARENA = 64 * 2 ** 20
/** Stacks have an inaccessible guard page below them. */
const LARGEST_STACK = 64 * 2 ** 20
const LARGEST_GUARD = 256 * 1024

/**
 * Splits the private memory of a process by its memory map. The kernel does not name anonymous memory: stacks and
 * arenas are recognised by their neighbours. About 20 ms per GB; the process is not affected. `undefined` when the map
 * may not be read.
 */
export function memoryParts(pid: number): MemoryParts | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/smaps`, 'latin1')
  } catch {
    return undefined
  }
  const parts = { malloc: 0, arenas: 0, stacks: 0, threads: 0, files: 0, other: 0 }
  let before: Mapping | undefined
  for (const mapping of mappings(text)) {
    const { start, end, access, name, own } = mapping
    const isGuarded =
      before?.access.startsWith('---') === true && before.end === start && before.end - before.start <= LARGEST_GUARD
    if (name === '[heap]') parts.malloc += own
    else if (
      name === '[stack]' ||
      (name === '' && isGuarded && end - start <= LARGEST_STACK && access.startsWith('rw'))
    ) {
      parts.stacks += own
      parts.threads++
    } else if (name === '' && access.startsWith('rw') && start % ARENA === 0 && end - start <= ARENA) {
      parts.malloc += own
      parts.arenas++
    } else if (name.startsWith('/') && !/^\/(?:dev\/zero|memfd:|anon_hugepage)/.test(name)) parts.files += own
    else parts.other += own
    before = mapping
  }
  return parts
}

interface Mapping {
  readonly start: number
  readonly end: number
  readonly access: string
  readonly name: string
  own: number
}

function mappings(text: string): Mapping[] {
  const found: Mapping[] = []
  for (const line of text.split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$/.exec(line)
    if (head !== null) {
      const [, start, end, access, name] = head
      found.push({
        start: Number.parseInt(start!, 16),
        end: Number.parseInt(end!, 16),
        access: access!,
        name: name!,
        own: 0,
      })
      continue
    }
    const own = /^Private_(?:Clean|Dirty|Hugetlb): +(\d+) kB/.exec(line)
    if (own !== null && found.length > 0) found.at(-1)!.own += Number(own[1]) * 1024
  }
  return found
}
