/**
 * The seed's `show_memory_info` line: `{hint} memory used: {n} MB`, the USS with MB as 1024 × 1024 bytes and no rounding; where only RSS is
 * known, `{hint} memory used (RSS): {n} MB`. Both in bytes.
 */
export const memoryLine = (hint: string, { uss, rss }: { readonly uss: number | null; readonly rss: number }): string =>
  `${hint} memory used${uss === null ? ' (RSS)' : ''}: ${(uss ?? rss) / 1024 / 1024} MB`
