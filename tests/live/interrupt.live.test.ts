import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listeners } from '../../src/live/linux/sockets.js'
import { type Ran, world } from '../cli/world.js'
import { startHostile } from './hostile.js'
import type { Program } from './start.js'

interface Ended extends Ran {
  /** From the interrupt to the end. */
  readonly seconds: number
}

async function interrupted(program: Program, args: readonly string[], when: () => Promise<unknown>): Promise<Ended> {
  const here = world()
  onTestFinished(() => here[Symbol.dispose]())
  const controller = new AbortController()
  const [name = '', ...options] = args
  const running = here.run([name, String(program.pid), ...options], { signal: controller.signal })
  await when()
  const start = performance.now()
  controller.abort(new Error('interrupted'))
  const ran = await running
  return { ...ran, seconds: (performance.now() - start) / 1000 }
}

const attached = (program: Program): Promise<void> =>
  expect.poll(() => program.stderr, { timeout: 20_000, interval: 20 }).toMatch(/Debugger attached/)

describe('one interrupt ends', () => {
  test('a command whose process is blocked in native code, and reports that the inspector is open', async () => {
    const program = await startHostile('blocks.cjs', [])
    const ended = await interrupted(program, ['memory', '--every', '100ms'], async () => {
      await attached(program)
      await sleep(500)
      await program.ask('block')
      await sleep(300)
    })
    expect(ended.code).toBe(130)
    expect(ended.err).toMatch(/its inspector is still open/)
    expect(ended.seconds).toBeLessThan(2.5)
  })

  test.each([
    ['memory', '--every', '100ms'],
    ['check', '--rounds', '5', '--every', '1s'],
    ['snapshot', '--capture', 'fork', '-o', 'x.heapsnapshot'],
  ])('%s, and leaves the process as it was', async (...args) => {
    const program = await startHostile('blocks.cjs', [])
    const ended = await interrupted(program, args, async () => {
      await attached(program)
      await sleep(700)
    })
    expect(ended.code).toBe(130)
    expect(ended.seconds).toBeLessThan(2.5)
    expect(listeners(program.pid)).toEqual([])
  })
})
