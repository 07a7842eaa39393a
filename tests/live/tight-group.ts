import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

/** A control group that a test created inside its own, of the version that counts memory on this machine. */
export interface TightGroup extends Disposable {
  readonly folder: string
  /** Bytes; may be changed. */
  limitTo(bytes: number): void
  put(pid: number): void
}

/** Creates a control group with a limit; skips the test, visibly, if that is not permitted. Dispose of it when it is empty. */
export function tightGroup(context: TestContext, bytes: number): TightGroup {
  const made = make()
  if (made === undefined) return context.skip('no control group with a memory limit may be made here')
  const { folder, limit } = made
  const limitTo = (bytes: number): void => writeFileSync(limit, String(Math.floor(bytes)))
  limitTo(bytes)
  return {
    folder,
    limitTo,
    put: pid => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    [Symbol.dispose]: () => rmdirSync(folder),
  }
}

let count = 0

function make(): { folder: string; limit: string } | undefined {
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').split('\n')) {
    const [number, controllers, path] = line.split(':')
    const version2 = number === '0' && controllers === ''
    if (path === undefined || (!version2 && controllers !== 'memory')) continue
    const name = `leakscope-test-${process.pid}-${++count}`
    const folder = join(version2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory', path, name)
    const limit = join(folder, version2 ? 'memory.max' : 'memory.limit_in_bytes')
    try {
      mkdirSync(folder)
      if (existsSync(limit)) return { folder, limit }
      rmdirSync(folder)
    } catch {
      // Not permitted.
    }
  }
  return undefined
}
