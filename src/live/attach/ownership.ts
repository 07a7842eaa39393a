import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { processFacts } from '../linux/facts.js'
import type { Connection } from '../protocol/connection.js'
import { builtin } from '../protocol/evaluate.js'

// A symbol-named property of the target's `process`, not enumerable: no program comes across it.
const MARK = `Symbol.for('leakscope.inspector')`

/** Expression for the names of the leakscopes that use the inspector which one of them opened; `undefined` in the target when it was none. */
export const READ_MARK: string = `process[${MARK}]`

/**
 * Expression that takes the mark away and closes the inspector there and then. Its reply can never arrive. (`_debugEnd` needs no
 * `require`, of which an app may have put its own in the way.)
 */
export const CLOSE_INSPECTOR: string = `(delete process[${MARK}], process._debugEnd())`

/**
 * The same for a process whose loop has not turned since it was signalled. SIGUSR1 is heeded twice, by an interrupt at once and by the
 * loop when it turns next (RequestIoThreadStart in src/inspector_agent.cc), and what the second finds closed it opens anew: it is
 * closed in the turn after that, when nobody is connected to it.
 */
export const CLOSE_INSPECTOR_TWICE: string = `{
  const end = process._debugEnd
  // A program may have put anything in the place of timers.
  try {
    const { setImmediate } = ${builtin('timers')}
    setImmediate(() => setImmediate(() => { try { end() } catch {} }))
  } catch {}
  ${CLOSE_INSPECTOR}
}`

/** Whose an inspector is: `ours` to close; `shared`, to be closed by whoever leaves last; or `theirs`, whoever opened it. */
export type Whose = 'ours' | 'shared' | 'theirs'

/**
 * Notes in the target that `us` uses its inspector. Where another leakscope works it is shared; that of one that was killed, and one that
 * we have opened or found `left` open, is claimed. Of several that come at once, one claims it, and the others join in.
 */
export async function settleIn(
  connection: Connection,
  us: string,
  mark: string | undefined,
  left: boolean,
): Promise<Whose> {
  for (let tries = 1; ; tries++) {
    if (usersIn(mark).length > 0 && (await joinIn(connection, us))) return 'shared'
    if (!left && mark === undefined) return 'theirs'
    if (tries === MOST_TRIES || (await claim(connection, us, mark))) return 'ours'
    mark = await readMark(connection)
  }
}

const MOST_TRIES = 10

// So that a later one can close it should we be killed. False where the mark is no longer what was read: another leakscope has come. (One
// that cannot be set, in a `process` that is frozen, is none's.)
async function claim(connection: Connection, us: string, mark: string | undefined): Promise<boolean> {
  const { result } = await connection.send<{ result: { value?: unknown } }>('Runtime.evaluate', {
    expression: `${READ_MARK} === ${JSON.stringify(mark)} ? (${markWith(JSON.stringify(us))}, true) : false`,
  })
  return result.value !== false
}

async function readMark(connection: Connection): Promise<string | undefined> {
  const { result } = await connection.send<{ result: { value?: unknown } }>('Runtime.evaluate', {
    expression: READ_MARK,
  })
  return typeof result.value === 'string' ? result.value : undefined
}

// False: it is no leakscope's any more.
async function joinIn(connection: Connection, us: string): Promise<boolean> {
  const { result } = await connection.send<{ result: { value?: boolean } }>('Runtime.evaluate', {
    expression: `${READ_MARK} === undefined ? false : (${markWith(`${READ_MARK} + ${JSON.stringify(`\n${us}`)}`)}, true)`,
  })
  return result.value === true
}

/** Of the leakscopes that a mark names, those that are still there. */
export function usersIn(mark: string | undefined): string[] {
  return (mark?.split('\n') ?? []).filter(name => !hasGone(name) && !left.has(name))
}

const left = new Set<string>()

/** Notes that this leakscope left a process, though it goes on itself: where the process did not answer, its mark still has the name. */
export const noteLeft = (us: string): void => void left.add(us)

/**
 * Statement that closes the inspector by `close`, or hands it over to `others`, unless leakscopes came or went since the mark was
 * read: then nothing is done, and its value is `false`. One statement, so that nobody comes in between.
 */
export function leaveTo(others: readonly string[], mark: string | undefined, close: string): string {
  const leave = others.length === 0 ? close : `(${markWith(JSON.stringify(others.join('\n')))}, true)`
  return `if (${READ_MARK} === ${JSON.stringify(mark)}) { ${leave} } else { false }`
}

const markWith = (value: string): string =>
  `Object.defineProperty(process, ${MARK}, { value: ${value}, configurable: true })`

const instance = randomUUID().slice(0, 8)
let attached = 0

/** A name for each time this leakscope attaches: it may do so to one target twice, and be loaded twice into one process (by a worker thread). */
export const nameForAttaching = (): string => `${ourName()} ${instance}-${++attached}`

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
