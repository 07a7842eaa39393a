/**
 * The line that `show_memory_info` prints: `{hint} memory used: {n} MB`, the USS in MB of 1024 × 1024 bytes, not
 * rounded; if only RSS is known, `{hint} memory used (RSS): {n} MB`. Takes both in bytes.
 */
export const memoryLine = (hint: string, { uss, rss }: { readonly uss: number | null; readonly rss: number }): string =>
  `${hint} memory used${uss === null ? ' (RSS)' : ''}: ${(uss ?? rss) / 1024 / 1024} MB`
