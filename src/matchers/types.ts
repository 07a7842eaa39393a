import type { LeakTestOptions } from './find-leaks.js'

/** What leakscope adds to `expect`. */
export interface LeakMatchers<R> {
  /** Whether the function keeps objects with every call. Use it as `await expect(fn).not.toLeak()`. */
  toLeak(options?: LeakTestOptions): Promise<R>
  /** Whether a heap has at most `most` objects of a type. */
  toHaveAtMost(most: number, type: string): R
}

declare global {
  // Where Jest declares its matchers; Vitest takes those over.
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: the declarations of one interface must have the same parameters
    interface Matchers<R, T = {}> extends LeakMatchers<R> {}
  }
}
