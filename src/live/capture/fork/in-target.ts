import { setTimeout as sleep } from 'node:timers/promises'
import { injectedCall, injectedText } from '../../injected.js'
import { evaluation, thrownBy } from '../../protocol/remote-object.js'
import { accept, cutText, integer, number, object, optional, type Schema } from '../../protocol/schema.js'
import type { Target } from '../../target.js'
import { listedSymbols } from '../memory/listed-build.js'
import type { Addon } from './addon.js'
import { NotPossible } from './not-possible.js'

/** A forked child, as the target itself tells of it. */
export interface Forked {
  /** The child's number in the target's own pid namespace. */
  readonly pid: number
  /** The child's descriptor of the pipe that is to be read. */
  readonly pipe: number
  /** Seconds in which the target stood still for it. */
  readonly stood: number
}

/** The addon in a target, loaded once for the session. */
export interface ForkInTarget {
  /**
   * Forks; the child writes its heap, if it can for so many seconds and with so many bytes of memory more (0: without a bound).
   * It waits for a moment when V8's threads have nothing to do, so that the child lacks none; a second at most, then it forks anyhow.
   */
  fork(seconds: number, bytes: number): Promise<Forked>
  /**
   * Forks; the child reads its heap straight from memory and writes records, at once: it needs none of V8's threads. With `living` it
   * then has V8 collect garbage and say what lived, where allocations are sampled.
   */
  walk(seconds: number, bytes: number, living: boolean): Promise<Forked>
  /** Says that the child has ended; gives the longest delay of the target's event loop since it was forked, in seconds; not of a worker's. */
  over(pid: number, timeoutMs?: number): Promise<number | undefined>
}

/**
 * Loads the addon into the target. It is known there only to an object that our session holds: nothing is put into its globals or
 * its modules, and when the session ends, the object goes; the library stays mapped (some 30 KB), once per build of it. Where the
 * target does not see our file, it writes one of its own, and removes it at once: no path of a container is followed from outside.
 * Errors: NotPossible with what `process.dlopen` or the addon says; those of `Target.send`.
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
        // It forks when it was told to do so anyhow.
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
