import { LeakscopeError } from '../../errors.js'
import type { Target } from '../target.js'
import type { SendOptions } from './commands.js'

export interface EvaluateOptions extends SendOptions {
  /** Waits for the promise that the expression gives, and gives what it resolves to. */
  readonly awaitPromise?: boolean
}

/**
 * The value of a JavaScript expression in the target, as a copy (what JSON can carry). The expression may use `require`, in every
 * kind of module. Errors: USAGE with the message of what the expression threw; those of `Target.send`.
 */
export async function evaluate<T>(target: Target, expression: string, options: EvaluateOptions = {}): Promise<T> {
  return inGroup(target, async objectGroup => {
    const { result } = await run(target, expression, { returnByValue: true, objectGroup }, options, REPLACED)
    return result.value as T
  })
}

// What is evaluated by ourselves asks functions of Node.js only.
const REPLACED = 'The program has put something else in the place of what leakscope asks of Node.js.'

/**
 * An expression for a module of Node.js in the target, in every kind of module. An app may have put a `globalThis.require` of its own
 * in the way of the debugger's, and Node.js 18 has no `getBuiltinModule`.
 */
export function builtin(name: string): string {
  const text = JSON.stringify(name)
  return `(process.getBuiltinModule?.(${text}) ?? process.mainModule?.require(${text}) ?? require(${text}))`
}

/**
 * Expression for what settles when the loop has turned, and with it all that was put off until then. The function is taken from the
 * module: an app may have replaced the global one (fake timers).
 */
export const LOOP_TURNS: string = `new Promise(done => {
  const { setImmediate } = ${builtin('timers')}
  setImmediate(() => setImmediate(done))
})`

/**
 * V8's number for the object that an expression gives; `undefined` for a primitive value, and as long as no snapshot of this session
 * has numbered the object. The object is held only for the moment of asking. Errors: as `evaluate`.
 */
export async function objectIdOf(target: Target, expression: string): Promise<number | undefined> {
  return inGroup(target, async objectGroup => {
    const { result } = await run(target, expression, { objectGroup }, {})
    return result.objectId === undefined ? undefined : heapId(target, result.objectId)
  })
}

/** V8's number for an object that is held as a remote object; `undefined` as long as it has none. */
export async function heapId(target: Target, remoteObjectId: string): Promise<number | undefined> {
  const { heapSnapshotObjectId } = await target.send<{ heapSnapshotObjectId: string }>('HeapProfiler.getHeapObjectId', {
    objectId: remoteObjectId,
  })
  return Number(heapSnapshotObjectId) || undefined
}

/** A value of the target as the protocol tells it: primitives as they are, objects by a handle that keeps them alive. */
export interface RemoteObject {
  readonly type: string
  readonly subtype?: string
  readonly value?: unknown
  /** What JSON has no word for: `NaN`, `-0`, `10n`. */
  readonly unserializableValue?: string
  readonly description?: string
  readonly objectId?: string
  readonly preview?: Preview
}

/** The first few properties and entries of an object. Getters are named, never run. */
export interface Preview {
  readonly type: string
  readonly subtype?: string
  readonly description?: string
  readonly overflow: boolean
  readonly properties: readonly {
    readonly name: string
    readonly type: string
    readonly subtype?: string
    readonly value?: string
  }[]
  readonly entries?: readonly { readonly key?: Preview; readonly value: Preview }[]
}

interface Evaluation {
  readonly result: RemoteObject
  readonly exceptionDetails?: {
    readonly text: string
    readonly exception?: { readonly description?: string; value?: unknown }
  }
}

let groups = 0

/** Whatever the target hands out under this name is let go again: a handle is a root, and would be found in the next snapshot. */
export async function inGroup<T>(target: Target, work: (objectGroup: string) => Promise<T>): Promise<T> {
  groups++
  const objectGroup = `leakscope ${groups}`
  try {
    return await work(objectGroup)
  } finally {
    await target.send('Runtime.releaseObjectGroup', { objectGroup }).catch(() => {})
  }
}

/** Evaluates an expression and gives its result as a remote object. Errors: as `evaluate`. */
export async function run(
  target: Target,
  expression: string,
  parameters: object,
  { awaitPromise = false, ...sending }: EvaluateOptions,
  hint = `Correct the expression${expression.length > 100 ? '' : `: ${expression}`}`,
): Promise<Evaluation> {
  const evaluation = await target.send<Evaluation>(
    'Runtime.evaluate',
    // Silent: another debugger that stops at exceptions is not to stop at ours.
    { expression, includeCommandLineAPI: true, silent: true, awaitPromise, ...parameters },
    sending,
  )
  const { exceptionDetails: thrown } = evaluation
  if (thrown === undefined) return evaluation
  const said = thrown.exception?.description ?? String(thrown.exception?.value ?? thrown.text)
  throw new LeakscopeError('USAGE', `the target threw: ${said.split('\n')[0]}`, { hint })
}
