import { injectedCall } from '../live/injected.js'
import { evaluate } from '../live/protocol/evaluate.js'
import { either, nothing, number, object, type Schema, text } from '../live/protocol/schema.js'
import type { Target } from '../live/target.js'
import type { OriginFile } from './origin.js'

/** Where and when a process started. */
export type About = Pick<OriginFile, 'cwd' | 'startedAt'>

/** The working folder of a target, and when it started. Errors: those of evaluating in it. */
export const whereAndWhen = (target: Target): Promise<About> =>
  evaluate(target, injectedCall('where-and-when', 'whereAndWhen'), { value: aboutSchema })

const aboutSchema: Schema<About> = object({
  cwd: either(text(10_000), nothing),
  // Milliseconds since 1970.
  startedAt: number(0, 8.64e15),
})
