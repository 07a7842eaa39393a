import { randomUUID } from 'node:crypto'
import { Session } from 'node:inspector'
import { writeHeapSnapshot } from 'node:v8'
import { injectedText } from './injected.js'

/**
 * A marker object to be found in snapshots of our own process: `values` are the selected live values; the id of
 * `canary` shows whether V8 has renumbered objects; `answers` are the objects that leakscope returned.
 */
export class LeakscopeSign {
  values: readonly unknown[] = []
  readonly canary: object = {}
  readonly answers: WeakSet<object> = new WeakSet()
}

/** The only instance, a module variable, so that it is in every snapshot. */
export const sign: LeakscopeSign = new LeakscopeSign()

/**
 * Writes a snapshot of the process that has loaded leakscope, in which `values` can be found through `sign`. The
 * process is paused meanwhile. V8 leaves the file's mode to the umask, so the file belongs in a private folder.
 *
 * Does not use the inspector: from Node.js 22 on it captures only when no JavaScript runs, and the end of each session
 * makes V8 renumber all objects.
 */
export function captureOwnProcess(path: string, values: readonly unknown[]): void {
  if (session !== undefined) forgetConsole(session)
  sign.values = values
  try {
    writeHeapSnapshot(path)
  } finally {
    sign.values = []
  }
}

/** A name for the current numbering of objects, which changes when the canary's id does. */
export function ownSession(canaryId: number): string {
  if (canaryId !== run.canaryId) run = { name: randomUUID(), canaryId }
  return run.name
}

let run = { name: '', canaryId: -1 }

/**
 * The live objects with these ids of the last snapshot of this process; `undefined` for one that is gone or is not a
 * JavaScript value (a closure's scope). Each walks the whole heap. Returns `undefined` if V8 has renumbered the objects
 * since.
 *
 * Opens an inspector session (no port), which stays open, since its end would make V8 renumber the objects. While it is
 * open, V8 keeps the arguments of `console.log`; they are released by every call of this function, every capture and
 * `closeOwnSession`.
 */
export function liveValues(ids: readonly number[]): readonly ({ readonly value: unknown } | undefined)[] | undefined {
  if (session === undefined) {
    session = new Session()
    session.connect()
    sign.answers.add(session)
  }
  const open = session
  forgetConsole(open)
  if (idOf(open, sign.canary) !== run.canaryId) return undefined
  return ids.map(id => liveValue(open, id))
}

/** Ends the inspector session that `liveValues` opened, if any: earlier object ids are then invalid. */
export function closeOwnSession(): void {
  session?.disconnect()
  session = undefined
}

let session: Session | undefined

const forgetConsole = (open: Session): unknown => post(open, 'Runtime.discardConsoleEntries', {})

// The inspector has only handles of values: a value is passed through a property of the global object, which is removed
// at once.
const slot = Symbol.for('leakscope.handed over')
const shelf = globalThis as { [slot]?: unknown }
const handedOver = `globalThis[Symbol.for('leakscope.handed over')]`
const group = { objectGroup: 'leakscope' }

interface RemoteObject {
  readonly objectId?: string
}

function idOf(open: Session, value: object): number {
  shelf[slot] = value
  try {
    const { result } = post<{ result: RemoteObject }>(open, 'Runtime.evaluate', { expression: handedOver, ...group })
    const { objectId } = result
    return Number(
      post<{ heapSnapshotObjectId: string }>(open, 'HeapProfiler.getHeapObjectId', { objectId }).heapSnapshotObjectId,
    )
  } finally {
    letGo(open)
  }
}

function liveValue(open: Session, id: number): { readonly value: unknown } | undefined {
  try {
    const asked = { objectId: String(id), ...group }
    const { result } = post<{ result: RemoteObject }>(open, 'HeapProfiler.getObjectByHeapObjectId', asked)
    const { objectId } = result
    post(open, 'Runtime.callFunctionOn', { objectId, functionDeclaration: injectedText('hand-over') })
    return slot in shelf ? { value: shelf[slot] } : undefined
  } catch {
    // V8 has no such object, or does not expose it.
    return undefined
  } finally {
    letGo(open)
  }
}

// A handle would retain the object.
function letGo(open: Session): void {
  delete shelf[slot]
  post(open, 'Runtime.releaseObjectGroup', group)
}

// In the same process, the inspector answers before `post` returns, except for commands that it queues (see
// captureOwnProcess).
function post<T>(open: Session, method: string, parameters: object): T {
  let failure: Error | null = null
  let answer: T | undefined
  open.post(method, parameters, (error, result) => {
    failure = error
    answer = result as T
  })
  if (failure !== null) throw failure
  return answer as T
}
