import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach } from '../../src/live/attach/attach.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { nodeVersionOf } from '../../src/live/linux/program.js'
import { processes } from '../../src/live/processes.js'
import { oldestAndNewest } from '../node-versions.js'
import { startHostile } from './hostile.js'
import { launch, start } from './start.js'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'leakscope-machine-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  chmodSync(made, 0o755)
  return made
}

test('listing processes ends soon, whatever they are', async () => {
  const place = folder()
  const program = join(place, 'node')
  copyFileSync('/bin/sleep', program)
  // Also a running program with a hole of 400 GB at its end.
  truncateSync(program, 400 * 2 ** 30)
  const holed = launch([program, '1000'])
  // A library that was replaced by a FIFO.
  const library = join(place, 'libnode.so')
  const loaded = execFileSync('sh', ['-c', 'ldd /bin/ls | grep -o "/[^ ]*libc[.]so[^ ]*"'], { encoding: 'utf8' }).trim()
  copyFileSync(loaded, library)
  const other = join(folder(), 'node')
  copyFileSync('/bin/sleep', other)
  const piped = launch([other, '1000'], { env: { LD_PRELOAD: library } })
  const silent = await startHostile('silent-ports.cjs', [], { flags: ['--inspect=127.0.0.1:0'] })
  await expect.poll(() => processFacts(piped.pid)?.program).toBe(other)
  rmSync(library)
  execFileSync('mkfifo', [library])

  const began = performance.now()
  const found = await processes()
  expect(performance.now() - began).toBeLessThan(5000)
  expect(found.map(({ pid }) => pid)).toContain(silent.pid)
  expect(nodeVersionOf(holed.pid)).toBeUndefined()
  expect(nodeVersionOf(piped.pid)).toBeUndefined()
})

test('leakscope does not attach to itself', async () => {
  await expect(attach({ kind: 'pid', pid: process.pid })).rejects.toMatchObject({
    code: 'ATTACH',
    message: `process ${process.pid} is leakscope itself`,
  })
})

describe.each(oldestAndNewest())('the signal, on $version', ({ path: node }) => {
  test.each(['--heapsnapshot-signal=SIGUSR1', '--report-signal=SIGUSR1'])('is not sent with %s', async option => {
    const inEnvironment = await start('idle.cjs', { node, env: { NODE_OPTIONS: `--report-on-signal ${option}` } })
    const cwd = folder()
    const program = await start('idle.cjs', { node, flags: ['--report-on-signal', option], cwd })
    for (const { pid } of [program, inEnvironment]) {
      await expect(attach({ kind: 'pid', pid })).rejects.toMatchObject({
        code: 'ATTACH',
        message: expect.stringContaining(`was started with ${option}: SIGUSR1 would make it write`),
      })
    }
    expect(await program.ask('ping')).toBe('pong')
    expect(execFileSync('ls', [cwd], { encoding: 'utf8' })).toBe('')
  })

  test('is not sent if none may be sent, and an open inspector is attached to', async () => {
    const program = await start('idle.cjs', { node })
    await expect(attach({ kind: 'pid', pid: program.pid }, { noSignal: true })).rejects.toMatchObject({
      code: 'ATTACH',
      message: expect.stringContaining('may not be sent a signal'),
    })
    expect(program.stderr).toBe('')
    const open = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:0'] })
    await using target = await attach({ kind: 'pid', pid: open.pid }, { noSignal: true })
    expect(target.openedInspector).toBe(false)
  })
})
