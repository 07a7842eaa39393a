import { readlinkSync } from 'node:fs'
import type { SendOptions } from '../commands.js'
import type { Connection } from '../connection.js'
import { builtin } from '../evaluate.js'
import { processFacts } from '../linux/facts.js'

// A symbol-named property of the target's `process`, not enumerable: no program comes across it.
const MARK = `Symbol.for('leakscope.inspector')`

/** Expression for the names of the leakscopes that use the inspector which one of them opened; `undefined` in the target when it was none. */
export const READ_MARK: string = `process[${MARK}]`

/**
 * Statement that takes the mark away and closes the inspector there and then, where `startClosing` was the last to set the mark; else
 * somebody has joined in since, nothing is done, and its value is `false`. One statement, so that nobody comes in between. Where it
 * closes, its reply can never arrive. (`_debugEnd` needs no `require`, of which an app may have put its own in the way.)
 *
 * `twice` is for a process whose loop has not turned since it was signalled. SIGUSR1 is heeded twice, by an interrupt at once and by the
 * loop when it turns next (RequestIoThreadStart in src/inspector_agent.cc), and what the second finds closed it opens anew: it is
 * closed in the turn after that, when nobody is connected to it.
 */
export function closeStatement(twice: boolean): string {
  // A program may have put anything in the place of timers.
  const again = `{
    const end = process._debugEnd
    try {
      const { setImmediate } = ${builtin('timers')}
      setImmediate(() => setImmediate(() => { try { end() } catch {} }))
    } catch {}
  }`
  return `if (/^[^\\n]+${CLOSING}$/.test(${READ_MARK})) {
    ${twice ? again : ''}
    delete process[${MARK}], process._debugEnd()
  } else { false }`
}

const CLOSING = ' closing'

/** Notes in the target that its inspector is `us`'s, so that a later one can close it should we be killed. */
export async function claim(connection: Connection, us: string): Promise<void> {
  await withWords(connection, `us => { ${setMark('us')} }`, [us])
}

/** Notes in the target that `us` uses an inspector of another leakscope, too: whoever leaves last closes it. False: it is none's. */
export async function joinIn(connection: Connection, us: string): Promise<boolean> {
  const join = `us => {
    const mark = ${READ_MARK}
    if (mark === undefined) return false
    ${setMark(`mark + '\\n' + us`)}
    return true
  }`
  return (await withWords<boolean>(connection, join, [us])) === true
}

/** Leaves the inspector to others, unless leakscopes came or went since the mark was read: false then. */
export const handOver = (
  connection: Connection,
  mark: string | undefined,
  others: readonly string[],
  options?: SendOptions,
): Promise<boolean> => replaceMark(connection, mark, others.join('\n'), options)

/** Says that `us`, the last, is about to close the inspector; false as above. Who comes now joins in as ever, and it is not closed. */
export const startClosing = (
  connection: Connection,
  mark: string | undefined,
  us: string,
  options?: SendOptions,
): Promise<boolean> => replaceMark(connection, mark, `${us}${CLOSING}`, options)

async function replaceMark(
  connection: Connection,
  mark: string | undefined,
  next: string,
  options?: SendOptions,
): Promise<boolean> {
  const replace = `(next, mark) => {
    if (${READ_MARK} !== mark) return false
    ${setMark('next')}
    return true
  }`
  return (await withWords<boolean>(connection, replace, mark === undefined ? [next] : [next, mark], options)) === true
}

const setMark = (value: string): string =>
  `Object.defineProperty(process, ${MARK}, { value: ${value}, configurable: true })`

// Calls a function there with words, which are given letter by letter: V8 keeps some 500 bytes of every text that it has not met before,
// and compiles each argument as one.
async function withWords<T>(
  connection: Connection,
  source: string,
  words: readonly string[],
  options?: SendOptions,
): Promise<T | undefined> {
  type Reply = { readonly result: { readonly objectId?: string; readonly value?: T } }
  const objectGroup = 'leakscope mark'
  const asked = { expression: 'process', objectGroup }
  const { objectId } = (await connection.send<Reply>('Runtime.evaluate', asked, options)).result
  const call = {
    objectId,
    functionDeclaration: `function (...letters) { return (${source})(...String.fromCharCode(...letters).split('\\0')) }`,
    arguments: [...words.join('\0')].map(letter => ({ value: letter.charCodeAt(0) })),
    returnByValue: true,
    silent: true,
  }
  const { result } = await connection.send<Reply>('Runtime.callFunctionOn', call, options)
  connection.post('Runtime.releaseObjectGroup', { objectGroup })
  return result.value
}

/** Of the leakscopes that a mark names, those that are still there. */
export function usersIn(mark: string | undefined): string[] {
  const names = mark?.split('\n').map(name => name.replace(CLOSING, '')) ?? []
  return names.filter(name => !hasGone(name) && !left.has(name))
}

const left = new Set<string>()

/** Notes that this leakscope left a process, though it goes on itself: where the process did not answer, its mark still has the name. */
export const noteLeft = (us: string): void => void left.add(us)

let attached = 0

/** A name for each time this leakscope attaches: it may do so to one target twice. */
export const nameForAttaching = (): string => `${ourName()} ${++attached}`

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
