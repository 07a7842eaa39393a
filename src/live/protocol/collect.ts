import { LeakscopeError } from '../../errors.js'
import type { Task } from '../../task.js'
import { injectedCall } from '../injected.js'
import type { Target } from '../target.js'
import { evaluate } from './evaluate.js'
import { number, object } from './schema.js'

/**
 * Collects the target's garbage until two readings of the used heap agree, and returns it in bytes. The program's event
 * loop runs between the collections, so that what FinalizationRegistry callbacks release is collected too. Each
 * collection stops the program for about 2 ms per MB of heap. Errors: TIMEOUT when JavaScript runs without a pause,
 * since garbage is collected between turns of the event loop; those of `send`.
 */
export async function collectGarbage(target: Target, task: Task): Promise<number> {
  let before = Number.POSITIVE_INFINITY
  for (let round = 1; ; round++) {
    task.progress('collecting garbage')
    await collect(target, task)
    const { usedSize } = await target.send('Runtime.getHeapUsage', {}, { signal: task.signal, answer: heapUsage })
    if (round === MOST_ROUNDS || Math.abs(before - usedSize) <= Math.max(AGREE_BYTES, usedSize * AGREE_SHARE))
      return usedSize
    before = usedSize
    await evaluate(target, injectedCall('loop-turns', 'loopTurns'), { awaitPromise: true, signal: task.signal })
  }
}

const heapUsage = object({ usedSize: number(0, Number.MAX_SAFE_INTEGER) })
const MOST_ROUNDS = 6
const AGREE_BYTES = 16 * 1024
const AGREE_SHARE = 0.001

async function collect(target: Target, task: Task): Promise<void> {
  try {
    await target.send('HeapProfiler.collectGarbage', {}, { signal: task.signal })
  } catch (error) {
    if (!(error instanceof LeakscopeError) || error.code !== 'TIMEOUT') throw error
    throw new LeakscopeError('TIMEOUT', `${error.message}: it runs JavaScript (or native code) without a pause`, {
      hint: 'Try again when the program is less busy.',
      cause: error,
    })
  }
}
