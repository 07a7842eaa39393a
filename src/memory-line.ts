/**
 * The seed's `show_memory_info` line: `{hint} memory used: {n} MB`, with MB as 1024 × 1024 bytes and no rounding; with RSS, where USS is
 * not known, `{hint} memory used (RSS): {n} MB`.
 */
export const memoryLine = (hint: string, bytes: number, what: 'USS' | 'RSS' = 'USS'): string =>
  `${hint} memory used${what === 'USS' ? '' : ` (${what})`}: ${bytes / 1024 / 1024} MB`
