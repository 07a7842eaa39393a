import { readFileSync } from 'node:fs'

/**
 * Bytes of the pages in which V8 keeps its heaps, in memory or swapped out, read from outside: those of all threads, also the part of them
 * that is free. So no heap is larger. V8 keeps them from children (`dc`, MADV_DONTFORK), which nothing else in a Node.js process does;
 * buffers are elsewhere. 0.02 to 0.06 ms a MB of RSS. `undefined` where they may not be read or none is marked so.
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
    // The last line about each mapping.
    else if (/\bdc\b/.test(value!)) kilobytes += ofThis
  }
  return kilobytes === 0 ? undefined : kilobytes * 1024
}
