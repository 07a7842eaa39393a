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
  await connection.send('Runtime.evaluate', {
    expression: `Object.defineProperty(process, ${MARK}, { value: ${JSON.stringify(ourName())}, configurable: true }), 0`,
  })
}

/** Names this leakscope for good: a pid alone is used again. */
export function ourName(): string {
  return `${process.pid} ${processFacts(process.pid)?.startTicks} ${processNamespace()}`
}

/** Whether the leakscope of that name is no more; of one in another container we cannot tell. */
export function hasGone(name: string | undefined): boolean {
  const [pid, startTicks, namespace] = (name ?? '').split(' ')
  if (pid === undefined || namespace !== processNamespace()) return false
  return processFacts(Number(pid))?.startTicks !== Number(startTicks)
}

function processNamespace(): string {
  return readlinkSync('/proc/self/ns/pid')
}
