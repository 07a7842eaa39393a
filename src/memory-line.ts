/** The seed's `show_memory_info` line: `{hint} memory used: {n} MB`, with MB as 1024 × 1024 bytes and no rounding. */
export const memoryLine = (hint: string, bytes: number): string => `${hint} memory used: ${bytes / 1024 / 1024} MB`
