import { heapId } from './protocol/evaluate.js'
import { object, text } from './protocol/schema.js'
import type { Target } from './target.js'

/** One empty object kept alive in the target to see by its id whether V8 still hands out the same ids. */
export interface Canary {
  /**
   * Whether object ids are still those of the last time it was asked. False once after each reset, then the new ids are watched.
   * Ask right before each snapshot and again right after it: V8 numbers anew from the start after a reset, so that the canary may get
   * its old number back with the next snapshot. Say `numbered` right after one that the process itself took: the canary must have a
   * number then, and one without was reset in between, even if none was known before. Errors: those of `Target.send`.
   */
  holds(when?: 'numbered'): Promise<boolean>
}

/**
 * Starts to watch over object ids. They are reset whenever any inspector session of the process ends, even one of another tool, and
 * numbers are then used again for other objects (V8HeapProfilerAgentImpl::disable); nothing else tells.
 */
export async function canary(target: Target): Promise<Canary> {
  const { result } = await target.send(
    'Runtime.evaluate',
    { expression: '({})', objectGroup: 'leakscope canary' },
    { answer: object({ result: object({ objectId: text(1000) }) }) },
  )
  const { objectId } = result
  let known: number | undefined

  return {
    async holds(when) {
      const id = await heapId(target, objectId)
      const same = known === undefined ? id !== undefined || when !== 'numbered' : id === known
      known = id
      return same
    },
  }
}
