import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { injectedCall } from '../injected.js'
import { processFacts } from '../linux/facts.js'
import type { Connection } from '../protocol/connection.js'
import { evaluation } from '../protocol/remote-object.js'
import { either, nothing, otherwise, type Schema, text } from '../protocol/schema.js'

/**
 * An expression for the names of the leakscopes that use the inspector, if one of them opened it; otherwise `null`.
 */
export const readMark = (): string => injectedCall('inspector-mark', 'readMark')

/** The result of `readMark`: at most about a hundred names. */
export const markSchema: Schema<string | null> = either(text(8192), nothing)

/**
 * The owner of an inspector: `ours` to close; `shared`, closed by the last leakscope to leave; or `theirs`, opened by
 * another program.
 */
export type InspectorOwner = 'ours' | 'shared' | 'theirs'

/**
 * Marks in the target that `us` uses its inspector. It is shared if another leakscope is working; the inspector of a
 * killed leakscope, or one that we opened or found `left` open, is claimed. If several arrive at once, one claims it,
 * and the others join.
 */
export async function claimOrJoin(
  connection: Connection,
  us: string,
  mark: string | null,
  left: boolean,
): Promise<InspectorOwner> {
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

/** The leakscopes of a mark that still run. */
export function usersIn(mark: string | null): string[] {
  return (mark?.split('\n') ?? []).filter(name => !hasGone(name) && !left.has(name))
}

const left = new Set<string>()

/**
 * Records that this leakscope has left a process but still runs: if the process did not answer, its mark still has the
 * name.
 */
export const noteLeft = (us: string): void => void left.add(us)

/**
 * How to close the inspector: `once`; `twice` in a process whose event loop has not turned since the signal;
 * `otherwise` in a program that has replaced the closing function.
 */
export type Closing = 'once' | 'twice' | 'otherwise'

/**
 * An expression that closes the inspector, or hands it over to `others`, unless leakscopes came or went since the mark
 * was read: then its value is `false`. If it was closed, no reply arrives.
 */
export const leaveTo = (others: readonly string[], mark: string | null, how: Closing): string =>
  injectedCall('leave-inspector', 'leaveInspector', mark, others.length === 0 ? null : others.join('\n'), how)

const instance = randomUUID().slice(0, 8)
let attached = 0

/**
 * A name for each attachment of this leakscope, which may attach to one target twice, and be loaded twice into one
 * process (by a worker thread).
 */
export const nameForAttaching = (): string => `${ourName()} ${instance}-${++attached}`

/** A unique name of this leakscope: pids are reused. */
export function ourName(): string {
  return `${process.pid} ${processFacts(process.pid)?.startTicks} ${processNamespace()}`
}

/** Whether the leakscope of that name no longer runs; unknown for one in another container. */
export function hasGone(name: string | undefined): boolean {
  const [pid, startTicks, namespace] = (name ?? '').split(' ')
  if (pid === undefined || namespace !== processNamespace()) return false
  return processFacts(Number(pid))?.startTicks !== Number(startTicks)
}

/** The pid namespace of this leakscope: `pid:[4026531836]`. */
export function processNamespace(): string {
  return readlinkSync('/proc/self/ns/pid')
}
