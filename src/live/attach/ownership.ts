import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { processFacts } from '../linux/facts.js'
import type { Connection } from '../protocol/connection.js'
import { builtin } from '../protocol/evaluate.js'
import { evaluation } from '../protocol/remote-object.js'
import { either, nothing, otherwise, type Schema, text } from '../protocol/schema.js'

// A symbol-named property of the target's `process`, not enumerable: no program comes across it.
const MARK = `Symbol.for('leakscope.inspector')`

/**
 * Expression for the names of the leakscopes that use the inspector which one of them opened; `null` where none did, and where the program
 * has put something else in that place or taken `process` away.
 */
export const READ_MARK: string = `(() => {
  try {
    const mark = process[${MARK}]
    return typeof mark === 'string' && mark.length <= ${longestMark()} ? mark : null
  } catch { return null }
})()`

/** What `READ_MARK` gives. */
export const markSchema: Schema<string | null> = either(text(longestMark()), nothing)

// Names of a hundred leakscopes at once.
function longestMark(): number {
  return 8192
}

/**
 * Expression that takes the mark away and closes the inspector there and then: then its reply can never arrive. One that does says that
 * the program has replaced what closes it. (`_debugEnd` needs no `require`, of which an app may have put its own in the way, and which is
 * the way where the app has taken `process` away.)
 */
export const CLOSE_INSPECTOR: string = `(() => {
  try { delete process[${MARK}] } catch {}
  try { process._debugEnd() } catch { try { ${builtin('inspector')}.close() } catch {} }
})()`

/** The same by the other way only, for a program that has put something else in the place of the first. */
export const CLOSE_INSPECTOR_OTHERWISE: string = `(() => { try { ${builtin('inspector')}.close() } catch {} })()`

/**
 * The same for a process whose loop has not turned since it was signalled. SIGUSR1 is heeded twice, by an interrupt at once and by the
 * loop when it turns next (RequestIoThreadStart in src/inspector_agent.cc), and what the second finds closed it opens anew: it is
 * closed in the turn after that, when nobody is connected to it.
 */
export const CLOSE_INSPECTOR_TWICE: string = `{
  // A program may have put anything in the place of timers.
  try {
    const end = process._debugEnd
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
export async function settleIn(connection: Connection, us: string, mark: string | null, left: boolean): Promise<Whose> {
  for (let tries = 1; ; tries++) {
    if (usersIn(mark).length > 0 && (await joinIn(connection, us))) return 'shared'
    if (!left && mark === null) return 'theirs'
    if (tries === MOST_TRIES || (await claim(connection, us, mark))) return 'ours'
    mark = await readMark(connection)
  }
}

const MOST_TRIES = 10

// So that a later one can close it should we be killed. False where the mark is no longer what was read: another leakscope has come. (One
// that cannot be set, in a `process` that is frozen, is none's.)
async function claim(connection: Connection, us: string, mark: string | null): Promise<boolean> {
  const expression = `${short(READ_MARK)} === ${JSON.stringify(mark)} ? (${markWith(JSON.stringify(us))}, true) : false`
  return (await answerTo(connection, expression)) !== false
}

async function readMark(connection: Connection): Promise<string | null> {
  return otherwise(markSchema, null)(await answerTo(connection, READ_MARK))
}

async function answerTo(connection: Connection, expression: string): Promise<unknown> {
  const { result } = await connection.send('Runtime.evaluate', { expression }, { answer: evaluation })
  return result.value
}

// False: it is no leakscope's any more.
async function joinIn(connection: Connection, us: string): Promise<boolean> {
  const expression = `${READ_MARK} === null ? false : ${markWith(`${READ_MARK} + ${JSON.stringify(`\n${us}`)}`)}`
  return (await answerTo(connection, expression)) === true
}

/** Of the leakscopes that a mark names, those that are still there. */
export function usersIn(mark: string | null): string[] {
  return (mark?.split('\n') ?? []).filter(name => !hasGone(name) && !left.has(name))
}

const left = new Set<string>()

/** Notes that this leakscope left a process, though it goes on itself: where the process did not answer, its mark still has the name. */
export const noteLeft = (us: string): void => void left.add(us)

/**
 * Statement that closes the inspector by `close`, or hands it over to `others`, unless leakscopes came or went since the mark was
 * read: then nothing is done, and its value is `false`. One statement, so that nobody comes in between.
 */
export function leaveTo(others: readonly string[], mark: string | null, close: string): string {
  // Names are in it, so that V8 keeps the whole text of each: without what indents it.
  const leave = others.length === 0 ? short(close) : `(${markWith(JSON.stringify(others.join('\n')))}, true)`
  return `if (${short(READ_MARK)} === ${JSON.stringify(mark)}) { ${leave} } else { false }`
}

const short = (code: string): string => code.replace(/\n\s+/g, '\n')

// Whether it could be set.
const markWith = (value: string): string =>
  `(() => { try { Object.defineProperty(process, ${MARK}, { value: ${value}, configurable: true }); return true } catch { return false } })()`

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

/** Names the pid namespace that this leakscope sees: `pid:[4026531836]`. */
export function processNamespace(): string {
  return readlinkSync('/proc/self/ns/pid')
}
