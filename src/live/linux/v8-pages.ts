import { readFileSync } from 'node:fs'

/**
 * Bytes of the pages of V8's heaps, in memory or swapped out, read from outside: of all threads and including free
 * parts, so an upper bound of each heap. V8 marks them with MADV_DONTFORK (`dc`), as nothing else in a Node.js process
 * does; buffers are elsewhere. 0.02 to 0.06 ms per MB of RSS. `undefined` when they may not be read or none is marked.
 */
export function v8Pages(pid: number): number | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/smaps`, 'utf8')
  } catch {
    return undefined
  }
  let kilobytes = 0
  let ofThis = 0
  for (const [, name, value] of text.matchAll(/^(Rss|Swap|VmFlags):\s+(.*)$/gm)) {
    if (name === 'Rss') ofThis = Number.parseInt(value!, 10)
    else if (name === 'Swap') ofThis += Number.parseInt(value!, 10)
    // `VmFlags` is the last line of each mapping.
    else if (/\bdc\b/.test(value!)) kilobytes += ofThis
  }
  return kilobytes === 0 ? undefined : kilobytes * 1024
}
