import { setTimeout as sleep } from 'node:timers/promises'
import { builtin } from '../../protocol/evaluate.js'
import { evaluation, thrownBy } from '../../protocol/remote-object.js'
import { accept, integer, number, object, optional, type Schema } from '../../protocol/schema.js'
import type { Target } from '../../target.js'
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
      expression: `(${IN_TARGET})(typeof require === 'function' ? require : undefined)`,
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
        functionDeclaration: `function (...given) { return this.${name}(...given) }`,
        arguments: given.map(value => ({ value })),
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
  await call('load', [addon.file, addon.name, addon.text])
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
      accepted('walk', forkedSchema, await call('walk', [seconds, bytes, living])),
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
const delaySchema = optional(number(0, 1e6))

function thrown(details: Parameters<typeof thrownBy>[0] | undefined): NotPossible {
  const said = details === undefined ? 'it gave nothing' : thrownBy(details)
  return new NotPossible(`the process cannot be forked from within: ${said}`, details)
}

// Runs in the target; of it, the child runs `write` only: its debugger lists the scripts, as walking through the heap for them takes
// half a second a gigabyte, garbage is collected, and V8 writes the snapshot. What the target need not have loaded is loaded there. `require` is here for
// the moment of the evaluation only.
const IN_TARGET = `require => {
  let addon
  const open = file => {
    const loaded = { exports: {} }
    process.dlopen(loaded, file)
    addon = loaded.exports
  }
  const load = (file, name, text) => {
    const fs = ${builtin('fs')}
    let maps = ''
    try { maps = fs.readFileSync('/proc/self/maps', 'latin1') } catch {}
    // The C library knows a file that it has loaded by its path, though that is no more.
    const loaded = new RegExp('/.*/' + name + '\\\\w+/fork-capture[.]node(?= [(]deleted[)]$)', 'm').exec(maps)
    if (loaded !== null) return open(loaded[0])
    // So it would take an earlier build for one that has been put in its place since.
    if (file !== null && !maps.includes(file + ' (deleted)')) return open(file)
    const { join } = ${builtin('path')}
    let reason
    for (const folder of new Set([${builtin('os')}.tmpdir(), '/tmp', '/dev/shm'])) {
      let made
      try {
        made = fs.mkdtempSync(join(fs.realpathSync(folder), name))
        const path = join(made, 'fork-capture.node')
        fs.writeFileSync(path, ${builtin('buffer')}.Buffer.from(text, 'base64'), { mode: 0o600 })
        return open(path)
      } catch (error) {
        reason ??= error
      } finally {
        if (made !== undefined) fs.rmSync(made, { recursive: true, force: true })
      }
    }
    throw reason
  }
  const profiled = session => {
    // Where allocations are sampled: V8 collects garbage for it first.
    let living
    session.post('HeapProfiler.getSamplingProfile', (_, reply) => {
      if (reply === undefined) return
      const { heapUsed, external, arrayBuffers } = process.memoryUsage()
      living = { heapUsed, external, arrayBuffers, profile: reply.profile }
    })
    return living
  }
  const whatLived = () => {
    const session = new (${builtin('inspector')}.Session)()
    session.connect()
    return JSON.stringify({ living: profiled(session) })
  }
  const tellWhatIsKnown = () => {
    const session = new (${builtin('inspector')}.Session)()
    const scripts = []
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url, sourceMapURL = '' } }) => {
      scripts.push({ id: Number(scriptId), url, sourceMapURL })
    })
    session.connect()
    session.post('Debugger.enable')
    const living = profiled(session)
    session.disconnect()
    addon.tell(JSON.stringify({ scripts, living }) + '\\n')
  }
  const write = path => {
    const { writeHeapSnapshot } = ${builtin('v8')}
    tellWhatIsKnown()
    writeHeapSnapshot(path)
  }
  const frozen = process.versions.electron !== undefined || process.execArgv.some(word => /^--freeze[-_]flags/.test(word))
  return {
    load,
    walk(seconds, bytes, living) {
      // Objects of this heap from which the walk begins to look, functions among them.
      const seeds = [globalThis, process, Array, Map, Promise, Object.prototype, parseInt, Array.prototype.push, Map.prototype.get, load]
      const { node, v8 } = process.versions
      return addon.walk(seconds, bytes, !frozen, seeds, { node: 'v' + node, v8, native: true }, living ? whatLived : undefined)
    },
    fork: (seconds, bytes, anyhow) => addon.fork(seconds, bytes, anyhow, !frozen, write),
    over: pid => addon.over(pid),
  }
}`
