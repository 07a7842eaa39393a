import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { world } from './world.js'

const bin = join(import.meta.dirname, '../../bin/leakscope.js')
const tell = 'data:text/javascript,process.on("exit",()=>console.error(process.moduleLoadList.join(" ")))'

function modulesLoadedBy(words: readonly string[], exitCode: number): string[] {
  const { status, stderr } = spawnSync(process.execPath, ['--import', tell, bin, ...words], { encoding: 'utf8' })
  expect(status, stderr).toBe(exitCode)
  return stderr.split('NativeModule ').map(name => name.trim())
}

// The code for attaching and drawing would be half of the time for a small file.
const ofOthers = ['http', 'dns', 'crypto', 'inspector', 'worker_threads', 'readline']

test('a question about a file loads neither the live side nor the drawing code', () => {
  using here = world()
  const loaded = modulesLoadedBy(['types', here.heap('a.heapsnapshot', 'root.app = App 16')], 0)
  expect(loaded.filter(name => ofOthers.includes(name))).toEqual([])
})

test('a question about a process does', () => {
  // Nothing listens there.
  expect(modulesLoadedBy(['types', '127.0.0.1:1'], 2)).toEqual(expect.arrayContaining(['http']))
})
