/** leakscope for `node:test`, and for any other test runner: leak tests of functions in one's own process. */
import { AssertionError } from 'node:assert'
import { findLeaks, type LeakTestOptions } from './matchers/find-leaks.js'
import { leakMessage } from './matchers/message.js'

export { openHeap as openSnapshot } from './acquire/open-heap.js'
export type { LeakTestOptions } from './matchers/find-leaks.js'
export { ownHeap } from './objgraph/own-heap.js'

/**
 * Fails if a function leaks: `await assertNoLeak(() => login())`. It is called 50 times unless the options say otherwise, one call after
 * the other, and whatever gains an object with every call and keeps it fails the test. Errors: AssertionError with the suspect's sentence, its
 * retaining path and places; whatever the function throws.
 */
export async function assertNoLeak(work: () => unknown, options: LeakTestOptions = {}): Promise<void> {
  const found = await findLeaks(work, options)
  if (found.suspects.length === 0) return
  throw new AssertionError({ message: leakMessage(found), operator: 'assertNoLeak', stackStartFn: assertNoLeak })
}
