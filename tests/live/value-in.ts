import { injectedCall } from '../../src/live/injected.js'
import { type EvaluateOptions, evaluate } from '../../src/live/protocol/evaluate.js'
import type { Target } from '../../src/live/target.js'

/** The value of a test's own expression in its own target, typed by the test. */
export async function valueIn<T>(target: Target, expression: string, options: EvaluateOptions = {}): Promise<T> {
  return (await evaluate(target, expression, options)) as T
}

/** An expression for a module of Node.js in a target. */
export const moduleIn = (name: string): string => injectedCall('builtin', 'builtin', name)
