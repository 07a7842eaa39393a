import { heapId } from './protocol/evaluate.js'
import { object, text } from './protocol/schema.js'
import type { Target } from './target.js'

/** An empty object kept alive in the target, whose id shows whether V8 still uses the same ids. */
export interface Canary {
  /**
   * Whether object ids are still those of the last call. False once after each reset; then the new ids are watched.
   * Call it right before and right after each snapshot: after a reset V8 numbers from the start, so the canary may get
   * its old id back with the next snapshot. Pass `numbered` right after a snapshot that the process itself wrote: then
   * the canary must have an id, and a missing one means a reset, even if none was known before. Errors: those of
   * `Target.send`.
   */
  holds(when?: 'numbered'): Promise<boolean>
}

/**
 * Starts to watch object ids. They are reset whenever any inspector session of the process ends, even another tool's,
 * and are then reused for other objects (V8HeapProfilerAgentImpl::disable); there is no other sign of it.
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
