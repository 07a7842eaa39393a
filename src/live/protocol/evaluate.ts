import { LeakscopeError } from '../../errors.js'
import type { Target } from '../target.js'
import type { SendOptions } from './commands.js'
import { type Evaluation, evaluation, thrownBy } from './remote-object.js'
import { accept, digits, object, type Schema } from './schema.js'

export type { Preview, RemoteObject } from './remote-object.js'

export interface EvaluateOptions extends SendOptions {
  /** Waits for the promise that the expression returns, and gives its resolved value. */
  readonly awaitPromise?: boolean
}

/** An expression whose value is used. */
export interface ValueOptions<T> extends EvaluateOptions {
  /** The schema of the value: a program may have replaced anything that the expression calls. */
  readonly value: Schema<T>
}

/**
 * Evaluates a JavaScript expression in the target; with the schema `value`, returns a copy of its value (as JSON can
 * carry it). The expression may use `require`, in every kind of module. Errors: USAGE with the message of what the
 * expression threw; those of `Target.send`.
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

// Our own expressions only call functions of Node.js.
const REPLACED = 'The program has replaced a function of Node.js that leakscope uses.'

/**
 * V8's heap object id for the object that an expression evaluates to; `undefined` for a primitive value, and until a
 * snapshot of this session has given the object an id. The object is held only during this call. Errors: as `evaluate`.
 */
export async function objectIdOf(target: Target, expression: string): Promise<number | undefined> {
  return inGroup(target, async objectGroup => {
    const { result } = await run(target, expression, { objectGroup }, {})
    return result.objectId === undefined ? undefined : heapId(target, result.objectId)
  })
}

/** V8's heap object id for a remote object; `undefined` while it has none. */
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

/** Releases all remote objects of the group afterwards: a handle is a root, and would show up in the next snapshot. */
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
    // `silent`: another debugger that pauses on exceptions must not pause on ours.
    { expression, includeCommandLineAPI: true, silent: true, awaitPromise, ...parameters },
    { ...sending, answer: evaluation },
  )
  if (answered.exceptionDetails === undefined) return answered
  throw new LeakscopeError('USAGE', `the target threw: ${thrownBy(answered.exceptionDetails)}`, { hint })
}
