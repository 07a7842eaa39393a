/** leakscope for `node:test` and any other test runner: leak tests of functions in this process. */
import { AssertionError } from 'node:assert'
import { findLeaks, type LeakTestOptions } from './matchers/find-leaks.js'
import { leakMessage } from './matchers/message.js'

export { openHeap as openSnapshot } from './acquire/open-heap.js'
export type { LeakTestOptions } from './matchers/find-leaks.js'
export { ownHeap } from './objgraph/own-heap.js'

/**
 * Fails if a function leaks: `await assertNoLeak(() => login())`. The function is called 50 times by default, one call
 * after the other. The test fails if something gains an object with every call and keeps it. Errors: AssertionError
 * with the suspect's sentence, its retaining path and source locations; whatever the function throws.
 */
export async function assertNoLeak(work: () => unknown, options: LeakTestOptions = {}): Promise<void> {
  const found = await findLeaks(work, options)
  if (found.suspects.length === 0) return
  throw new AssertionError({ message: leakMessage(found), operator: 'assertNoLeak', stackStartFn: assertNoLeak })
}
