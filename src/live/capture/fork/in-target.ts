import { setTimeout as sleep } from 'node:timers/promises'
import { injectedCall, injectedText } from '../../injected.js'
import { evaluation, thrownBy } from '../../protocol/remote-object.js'
import { accept, cutText, integer, number, object, optional, type Schema } from '../../protocol/schema.js'
import type { Target } from '../../target.js'
import { listedSymbols } from '../memory/listed-build.js'
import type { Addon } from './addon.js'
import { NotPossible } from './not-possible.js'

/** A forked child, as reported by the target. */
export interface Forked {
  /** The child's pid in the target's pid namespace. */
  readonly pid: number
  /** The child's descriptor of the pipe to read. */
  readonly pipe: number
  /** Seconds for which the target was paused. */
  readonly stood: number
}

/** The addon in a target, loaded once per session. */
export interface ForkInTarget {
  /**
   * Forks; the child writes its heap, within that many seconds and that many additional bytes of memory (0: unlimited).
   * Waits up to a second for a moment when V8's threads are idle, since the child lacks them, then forks anyway.
   */
  fork(seconds: number, bytes: number): Promise<Forked>
  /**
   * Forks at once; the child reads its heap from memory and writes records, without V8's threads. With `living`, it
   * then has V8 collect garbage and reports live memory, if allocations are sampled.
   */
  walk(seconds: number, bytes: number, living: boolean): Promise<Forked>
  /**
   * Informs the target that the child has ended; returns the longest delay of the target's event loop since the fork,
   * in seconds; not for a worker.
   */
  over(pid: number, timeoutMs?: number): Promise<number | undefined>
}

/**
 * Loads the addon into the target. Only an object of our session refers to it: nothing is added to the target's globals
 * or modules, and the object is freed when the session ends; the library stays mapped (some 30 KB), once per build. If
 * the target does not see our file, it writes the addon to a file and removes it at once: no path of a container is
 * followed from outside. Errors: NotPossible with the message of `process.dlopen` or the addon; those of `Target.send`.
 */
export async function forkInTarget(target: Target, addon: Addon): Promise<ForkInTarget> {
  const { result, exceptionDetails } = await target.send(
    'Runtime.evaluate',
    {
      expression: injectedCall('fork-capture', 'forkCapture'),
      includeCommandLineAPI: true,
      silent: true,
      objectGroup: 'leakscope fork',
    },
    { answer: evaluation },
  )
  if (result.objectId === undefined || exceptionDetails !== undefined) throw thrown(exceptionDetails)
  const call = async (
    name: 'load' | 'fork' | 'walk' | 'over',
    given: readonly unknown[],
    sending: { timeoutMs?: number } = {},
  ): Promise<unknown> => {
    const called = await target.send(
      'Runtime.callFunctionOn',
      {
        objectId: result.objectId,
        functionDeclaration: injectedText('call-method'),
        arguments: [name, ...given].map(value => ({ value })),
        returnByValue: true,
        silent: true,
      },
      { ...sending, answer: evaluation },
    )
    if (called.exceptionDetails !== undefined) throw thrown(called.exceptionDetails)
    return called.result.value
  }
  const accepted = <T>(name: string, schema: Schema<T>, value: unknown): T =>
    accept(schema, value, `${name} by ${target.name}`)
  const build = accepted('load', buildId, await call('load', [addon.file, addon.name, addon.text]))
  const symbols = listedSymbols(build)
  return {
    async fork(seconds, bytes) {
      const until = performance.now() + PATIENCE_MS
      for (;;) {
        const forked = await call('fork', [seconds, bytes, performance.now() > until])
        if (forked !== undefined) return accepted('fork', forkedSchema, forked)
        // It should have forked by now in any case.
        if (performance.now() > until + 10 * PATIENCE_MS) throw thrown(undefined)
        await sleep(BETWEEN_MS)
      }
    },
    walk: async (seconds, bytes, living) =>
      accepted('walk', forkedSchema, await call('walk', [seconds, bytes, living, symbols])),
    over: async (pid, timeoutMs) =>
      accepted('over', delaySchema, await call('over', [pid], timeoutMs === undefined ? {} : { timeoutMs })),
  }
}

const PATIENCE_MS = 1000
const BETWEEN_MS = 10

const forkedSchema: Schema<Forked> = object({
  pid: integer(2, 4_194_304),
  pipe: integer(0, 2 ** 30),
  stood: number(0, 86_400),
})
const buildId = cutText(128)
const delaySchema = optional(number(0, 1e6))

function thrown(details: Parameters<typeof thrownBy>[0] | undefined): NotPossible {
  const said = details === undefined ? 'it gave nothing' : thrownBy(details)
  return new NotPossible(`the process cannot be forked from within: ${said}`, details)
}
