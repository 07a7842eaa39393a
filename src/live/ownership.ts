import { readlinkSync } from 'node:fs'
import type { Connection } from './connection.js'
import { processFacts } from './linux/facts.js'

// A symbol-named property of the target's `process`, not enumerable: no program comes across it.
const MARK = `Symbol.for('leakscope.inspector')`

/** Expression for the mark of whoever opened the target's inspector; `undefined` in the target when it was not leakscope. */
export const READ_MARK: string = `process[${MARK}]`

/**
 * Expression that takes the mark away and closes the inspector there and then. Its reply can never arrive. (`_debugEnd` needs no
 * `require`, of which an app may have put its own in the way.)
 */
export const CLOSE_INSPECTOR: string = `(delete process[${MARK}], process._debugEnd())`

/** Notes in the target that this leakscope opened its inspector, so that a later one can close it should we be killed. */
export async function claim(connection: Connection): Promise<void> {
  const owner = `${process.pid} ${processFacts(process.pid)?.startTicks} ${processNamespace()}`
  await connection.send('Runtime.evaluate', {
    expression: `Object.defineProperty(process, ${MARK}, { value: ${JSON.stringify(owner)}, configurable: true }), 0`,
  })
}

/** Whether a mark was left by a leakscope that is no more. */
export function isOrphan(mark: string | undefined): boolean {
  const [pid, startTicks, namespace] = (mark ?? '').split(' ')
  // Of a leakscope in another container we cannot tell.
  if (pid === undefined || namespace !== processNamespace()) return false
  return processFacts(Number(pid))?.startTicks !== Number(startTicks)
}

function processNamespace(): string {
  return readlinkSync('/proc/self/ns/pid')
}
