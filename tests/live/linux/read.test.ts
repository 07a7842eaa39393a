import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { read } from '../../../src/live/linux/read.js'

test.runIf(process.platform === 'linux')('files of the kernel are read whole', () => {
  expect(read('/proc/self/status')).toMatch(/^Name:.*\n[\s\S]*\nnonvoluntary_ctxt_switches:/)
  expect(read('/proc/self/maps')?.split('\n').length).toBeGreaterThan(20)
  expect(read('/proc/self/nothing')).toBeUndefined()
  expect(read('/proc/self')).toBeUndefined()
})

test.runIf(process.platform === 'linux')('replacements by others are neither waited for nor read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakscope-read-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync('mkfifo', [join(folder, 'fifo')])
  symlinkSync('/dev/zero', join(folder, 'zero'))
  expect(read(join(folder, 'fifo'))).toBeUndefined()
  expect(read(join(folder, 'zero'))).toBeUndefined()
})
