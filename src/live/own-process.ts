import { randomUUID } from 'node:crypto'
import { Session } from 'node:inspector'
import { writeHeapSnapshot } from 'node:v8'
import { injectedText } from './injected.js'

/**
 * What of ours a snapshot of our own process shows on purpose: `values` are the objects asked about, which are found in the snapshot
 * as what this holds; `canary` tells by its object id whether V8 still counts as it did; `answers` are what we gave to others.
 */
export class LeakscopeSign {
  values: readonly unknown[] = []
  readonly canary: object = {}
  readonly answers: WeakSet<object> = new WeakSet()
}

/** There is one, for as long as the process lives: a module's variable, so that it is in every snapshot. */
export const sign: LeakscopeSign = new LeakscopeSign()

/**
 * Writes a snapshot of the process leakscope is loaded into; `sign` shows in it what `values` are. The process stands still
 * meanwhile. V8 leaves the file's mode to the umask, so it belongs in a private folder.
 *
 * The inspector is not asked: from Node.js 22 on it captures only once no JavaScript runs, and each session of it that ends has V8 number
 * all objects anew.
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

/** The run of object ids that hold: told anew when the canary has another id than in the snapshot before. */
export function ownSession(canaryId: number): string {
  if (canaryId !== run.canaryId) run = { name: randomUUID(), canaryId }
  return run.name
}

let run = { name: '', canaryId: -1 }

/**
 * The live objects with these ids, which are of the last snapshot of this process; `undefined` for one that is gone, or that no program
 * can hold (a closure's scope). Each walks the whole heap. Gives `undefined` in place of all of them where V8 has numbered the objects
 * anew since.
 *
 * This takes an inspector session (no port is opened), which then stays open, for its end would make V8 number anew. While it is,
 * V8 keeps what the program gives to `console.log`; it is dropped with every call here and every capture, and by `closeOwnSession`.
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

/** Ends the inspector session that `liveValues` left open, if there is one: object ids told so far name nothing from then on. */
export function closeOwnSession(): void {
  session?.disconnect()
  session = undefined
}

let session: Session | undefined

const forgetConsole = (open: Session): unknown => post(open, 'Runtime.discardConsoleEntries', {})

// The inspector knows values by handles only: one is handed over by way of the global object, where it stays for no longer.
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
    // V8 says no more than that it has no such object, or none that it would show.
    return undefined
  } finally {
    letGo(open)
  }
}

// A handle is one more thing that holds the object.
function letGo(open: Session): void {
  delete shelf[slot]
  post(open, 'Runtime.releaseObjectGroup', group)
}

// Inside the process the inspector answers before `post` returns, but for what it makes a task of (see captureOwnProcess).
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
