import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { attach } from '../../src/live/attach/attach.js'
import { capture } from '../../src/live/capture/capture.js'
import { processFacts } from '../../src/live/linux/facts.js'
import { untold } from '../../src/task.js'
import { temporaryFolder } from '../support/folder.js'
import { isRoot, startHostile } from './hostile.js'
import { launch } from './start.js'

/** The result of capturing a target by fork whose `fork()` returns this. */
async function captured(answer: object): Promise<string> {
  const program = await startHostile('lies-about-fork.cjs', [JSON.stringify(answer)])
  const folder = temporaryFolder()
  await using target = await attach({ kind: 'pid', pid: program.pid })
  const path = join(folder, 'x.heapsnapshot')
  return await capture(target, { path, task: untold, way: 'fork' }).then(
    () => 'captured',
    error => {
      expect(error).toMatchObject({ name: 'LeakscopeError' })
      return error.message
    },
  )
}

/** A process of the test that a target may claim as its child. */
async function victim(): Promise<number> {
  const { pid } = launch([process.execPath, '-e', 'setInterval(() => {}, 1000)'])
  await sleep(200)
  return pid
}

describe('a target that lies about its child', () => {
  test.each([
    [{ pid: '../tmp/x', pipe: 5, stood: 0 }, /fork by process \d+: \.pid is not a number/],
    [{ pid: 1e9, pipe: 5, stood: 0 }, /\.pid is 1000000000, not between/],
    [{ pid: 2.5, pipe: 5, stood: 0 }, /\.pid is not a whole number/],
    [{ pid: 77, pipe: '25/x', stood: 0 }, /\.pipe is not a number/],
    [{ pid: 77, pipe: 5, stood: 'x\u001b[31m' }, /\.stood is not a number/],
    [[5], /fork by process \d+: it is not an object/],
    [{}, /\.pid is not a number/],
  ])('%j is refused', async (answer, expected) => {
    expect(await captured(answer)).toMatch(expected)
  })

  test.runIf(isRoot)(
    'one that names a process of another user: it lives on, and nothing of it is changed',
    async () => {
      const pid = await victim()
      const score = (): string => readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')
      const before = score()
      expect(await captured({ pid, pipe: 1, stood: 0 })).toMatch(
        new RegExp(`process ${pid}, which it calls its child, belongs to another user`),
      )
      expect(score()).toBe(before)
      expect(processFacts(pid)?.state).toMatch(/[RS]/)
    },
  )

  test('one that names leakscope, itself, or init', async () => {
    expect(await captured({ pid: process.pid, pipe: 1, stood: 0 })).toMatch(/is not a child of any process here/)
    expect(await captured({ pid: 2, pipe: 1, stood: 0 })).toMatch(/unexpected answer to fork|was forked 5 times/)
  })

  test('one that names an older process of its own', async () => {
    const program = await startHostile('lies-about-fork.cjs', ['{}'])
    const start = processFacts(program.pid)!.startTicks
    const { acceptChild, now } = await import('../../src/live/capture/fork/forked-child.js')
    const other = await startHostile('lies-about-fork.cjs', ['{}'])
    expect(() => acceptChild(other.pid, program.pid, now() + 1)).toThrow(/was there before/)
    expect(acceptChild(other.pid, program.pid, start)).toMatchObject({ pid: other.pid })
  })
})

test('a descriptor of a process is opened only if it is an unnamed pipe or its own file', async () => {
  const { openDescriptor } = await import('../../src/live/linux/open-descriptor.js')
  const folder = temporaryFolder()
  const own = join(folder, 'own')
  writeFileSync(own, 'own')
  const fifo = join(folder, 'fifo')
  await once(spawn('mkfifo', [fifo]), 'exit')
  const fd = openSync(own, 'r')
  const named = openSync(fifo, 'r+')
  onTestFinished(() => [fd, named].forEach(closeSync))
  expect(() => openDescriptor(process.pid, fd, 'pipe')).toThrow(/is not its own pipe/)
  expect(() => openDescriptor(process.pid, named, 'pipe')).toThrow(/is not its own pipe/)
  const opened = openDescriptor(process.pid, fd, 'file')
  expect(readFileSync(opened, 'utf8')).toBe('own')
  closeSync(opened)
})

test.runIf(isRoot)('a file that a target may not read is not read for it', async () => {
  const folder = temporaryFolder()
  const { chmodSync } = await import('node:fs')
  chmodSync(folder, 0o755)
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'secret of root', { mode: 0o600 })
  const said = await captured({ pid: 2, opens: secret, stood: 0 })
  expect(said).not.toContain('secret of root')
})
