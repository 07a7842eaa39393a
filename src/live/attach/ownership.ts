import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { injectedCall } from '../injected.js'
import { processFacts } from '../linux/facts.js'
import type { Connection } from '../protocol/connection.js'
import { evaluation } from '../protocol/remote-object.js'
import { either, nothing, otherwise, type Schema, text } from '../protocol/schema.js'

/** Expression for the names of the leakscopes that use the inspector which one of them opened; `null` where none did. */
export const readMark = (): string => injectedCall('inspector-mark', 'readMark')

/** What `readMark` gives: names of a hundred leakscopes at the most. */
export const markSchema: Schema<string | null> = either(text(8192), nothing)

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
    mark = await markNow(connection)
  }
}

const MOST_TRIES = 10

async function claim(connection: Connection, us: string, mark: string | null): Promise<boolean> {
  return (await answerTo(connection, injectedCall('join-inspector', 'claimInspector', us, mark))) !== false
}

async function joinIn(connection: Connection, us: string): Promise<boolean> {
  return (await answerTo(connection, injectedCall('join-inspector', 'joinInspector', us))) === true
}

async function markNow(connection: Connection): Promise<string | null> {
  return otherwise(markSchema, null)(await answerTo(connection, readMark()))
}

async function answerTo(connection: Connection, expression: string): Promise<unknown> {
  const { result } = await connection.send('Runtime.evaluate', { expression }, { answer: evaluation })
  return result.value
}

/** Of the leakscopes that a mark names, those that are still there. */
export function usersIn(mark: string | null): string[] {
  return (mark?.split('\n') ?? []).filter(name => !hasGone(name) && !left.has(name))
}

const left = new Set<string>()

/** Notes that this leakscope left a process, though it goes on itself: where the process did not answer, its mark still has the name. */
export const noteLeft = (us: string): void => void left.add(us)

/**
 * How the inspector is closed: `once`; `twice` in a process whose loop has not turned since it was signalled; `otherwise` in a program
 * that has replaced what closes it.
 */
export type Closing = 'once' | 'twice' | 'otherwise'

/**
 * Expression that closes the inspector, or hands it over to `others`, unless leakscopes came or went since the mark was read: then its
 * value is `false`. Where it was closed no reply arrives.
 */
export const leaveTo = (others: readonly string[], mark: string | null, how: Closing): string =>
  injectedCall('leave-inspector', 'leaveInspector', mark, others.length === 0 ? null : others.join('\n'), how)

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
