/**
 * leakscope's matchers for Vitest 3 and 4: `await expect(fn).not.toLeak()` and `expect(heap).toHaveAtMost(3,
 * 'Session')`. Import it once, in a test or in `setupFiles`.
 */
import { expect } from 'vitest'
import { toHaveAtMost, toLeak } from './matchers/index.js'

export type { LeakTestOptions } from './matchers/index.js'
export type { LeakMatchers } from './matchers/types.js'
export { openSnapshot, ownHeap } from './test.js'

expect.extend({ toLeak, toHaveAtMost })
