import { chmodSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { withSignalLock } from '../../src/live/attach/signal-lock.js'
import { processFacts } from '../../src/live/linux/facts.js'

const options = (timeoutMs = 5000) => ({ pid: process.pid, timeoutMs, signal: new AbortController().signal })
let folder: string

beforeEach(() => {
  const place = mkdtempSync(join(tmpdir(), 'leakscope-lock-'))
  onTestFinished(() => rmSync(place, { recursive: true, force: true }))
  vi.stubEnv('XDG_RUNTIME_DIR', place)
  onTestFinished(() => void vi.unstubAllEnvs())
  folder = join(place, `leakscope-${process.geteuid!()}`)
})

const locks = (): string[] => readdirSync(folder).filter(name => name.includes('.lock'))

describe('the lock for opening inspectors', () => {
  test('admits one at a time, and is gone afterwards', async () => {
    let inside = 0
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withSignalLock(options(), async () => {
          expect(++inside).toBe(1)
          await sleep(20)
          inside--
        }),
      ),
    )
    expect(locks()).toEqual([])
  })

  test('that hangs blocks nobody for longer than its maximum time', async () => {
    const hung = withSignalLock(options(), () => sleep(8000))
    await sleep(50)
    const start = performance.now()
    await withSignalLock(options(), async () => {})
    expect(performance.now() - start).toBeLessThan(4000)
    await hung
    expect(locks()).toEqual([])
  })

  test('of a killed or stopped leakscope, or that is not a lock, is broken', async () => {
    await withSignalLock(options(), async () => {})
    const { startTicks } = processFacts(process.pid)!
    const name = `opening-${/\d+/.exec(readlinkSync('/proc/self/ns/net'))![0]}.lock`
    const namespace = readlinkSync('/proc/self/ns/pid')
    const holder = { id: 'x', command: 'leakscope attach 7', target: 7, since: 0 }
    for (const text of [
      '',
      'no lock',
      JSON.stringify({ ...holder, name: `4194303 1 ${namespace}`, since: 1 }),
      JSON.stringify({ ...holder, name: `${process.pid} ${startTicks} ${namespace}` }),
      JSON.stringify({ ...holder, name: `${process.pid} ${startTicks} ${namespace}`, since: 1e11 }),
    ]) {
      writeFileSync(join(folder, name), text)
      const start = performance.now()
      await withSignalLock(options(), async () => {})
      expect(performance.now() - start).toBeLessThan(2000)
    }
    expect(locks()).toEqual([])
  })

  test('names its owner', async () => {
    const held = withSignalLock(options(), () => sleep(1000))
    await sleep(50)
    await expect(withSignalLock(options(300), async () => {})).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringMatching(new RegExp(`now process ${process.pid} \\(.+\\) that of process ${process.pid}$`)),
    })
    await held
  })

  test('is not used if its folder is accessible to others', async () => {
    await withSignalLock(options(), async () => {})
    chmodSync(folder, 0o777)
    await withSignalLock(options(), async () => expect(locks()).toEqual([]))
  })
})
