import { LeakscopeError } from '../../errors.js'
import type { Target } from '../target.js'
import type { SendOptions } from './commands.js'
import { type Evaluation, evaluation, thrownBy } from './remote-object.js'
import { accept, digits, object, type Schema } from './schema.js'

export type { Preview, RemoteObject } from './remote-object.js'

export interface EvaluateOptions extends SendOptions {
  /** Waits for the promise that the expression gives, and gives what it resolves to. */
  readonly awaitPromise?: boolean
}

/** An expression whose value is used. */
export interface ValueOptions<T> extends EvaluateOptions {
  /** What the value has to be: a program may have replaced anything that the expression asks. */
  readonly value: Schema<T>
}

/**
 * The value of a JavaScript expression in the target, as a copy (what JSON can carry), where `value` says what it has to be. The
 * expression may use `require`, in every kind of module. Errors: USAGE with the message of what the expression threw; those of `Target.send`.
 */
export async function evaluate<T>(target: Target, expression: string, options: ValueOptions<T>): Promise<T>
export async function evaluate(target: Target, expression: string, options?: EvaluateOptions): Promise<unknown>
export async function evaluate(
  target: Target,
  expression: string,
  { value, ...options }: EvaluateOptions & { readonly value?: Schema<unknown> } = {},
): Promise<unknown> {
  return inGroup(target, async objectGroup => {
    const { result } = await run(target, expression, { returnByValue: true, objectGroup }, options, REPLACED)
    return value === undefined ? result.value : accept(value, result.value, `what leakscope asked ${target.name}`)
  })
}

// What is evaluated by ourselves asks functions of Node.js only.
const REPLACED = 'The program has put something else in the place of what leakscope asks of Node.js.'

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
  const { heapSnapshotObjectId } = await target.send(
    'HeapProfiler.getHeapObjectId',
    { objectId: remoteObjectId },
    { answer: heapObjectId },
  )
  return heapSnapshotObjectId || undefined
}

const heapObjectId = object({ heapSnapshotObjectId: digits() })

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
  const answered = await target.send(
    'Runtime.evaluate',
    // Silent: another debugger that stops at exceptions is not to stop at ours.
    { expression, includeCommandLineAPI: true, silent: true, awaitPromise, ...parameters },
    { ...sending, answer: evaluation },
  )
  if (answered.exceptionDetails === undefined) return answered
  throw new LeakscopeError('USAGE', `the target threw: ${thrownBy(answered.exceptionDetails)}`, { hint })
}
