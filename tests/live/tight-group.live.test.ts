import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { attach } from '../../src/live/attach.js'
import { capture } from '../../src/live/capture/capture.js'
import { prospects } from '../../src/live/capture/guard.js'
import { untold } from '../../src/task.js'
import { nodeVersions } from '../node-versions.js'
import { start } from './start.js'

const MB = 2 ** 20

// A control group of our own inside the one these tests run in, of either version; undefined where it may not be made.
function makeGroup(): { folder: string; limit: string } | undefined {
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').split('\n')) {
    const [number, controllers, path] = line.split(':')
    const version2 = number === '0' && controllers === ''
    if (path === undefined || (!version2 && controllers !== 'memory')) continue
    const folder = join(version2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/memory', path, `leakscope-tight-${process.pid}`)
    const limit = join(folder, version2 ? 'memory.max' : 'memory.limit_in_bytes')
    try {
      mkdirSync(folder)
      if (existsSync(limit)) return { folder, limit }
      rmdirSync(folder)
    } catch {
      // Not ours to make.
    }
  }
  return undefined
}

test.each(nodeVersions())(
  'in a control group too small for a copy of it, a $version is refused by the inspector, and survives a capture by fork',
  async ({ path: node }) => {
    const group = makeGroup()
    if (group === undefined) return
    const folder = mkdtempSync(join(tmpdir(), 'leakscope-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const program = await start('idle.cjs', { node, flags: ['--inspect=127.0.0.1:0'] })
    try {
      writeFileSync(group.limit, String(160 * MB))
      writeFileSync(join(group.folder, 'cgroup.procs'), String(program.pid))
      await program.ask('keep 300000')
      const target = await attach({ kind: 'pid', pid: program.pid })
      const path = join(folder, 'x.heapsnapshot')

      const [fork, inspector] = await prospects(target, path, ['fork', 'inspector'])
      expect([fork!.judgement.verdict, inspector!.judgement.verdict]).toEqual(['risky', 'refused'])
      await expect(capture(target, { path, task: untold, way: 'inspector' })).rejects.toMatchObject({ code: 'CAPTURE' })
      // Forced, nothing bounds the copy but the group, whose limit it runs into.
      await expect(capture(target, { path, task: untold, way: 'fork', force: true })).rejects.toMatchObject({
        code: 'CAPTURE',
      })
      expect(readdirSync(folder)).toEqual([])
      expect(await program.ask('ping')).toBe('pong')
      await target.detach()
    } finally {
      program.child.kill('SIGKILL')
      await program.ended
      rmdirSync(group.folder)
    }
  },
)
