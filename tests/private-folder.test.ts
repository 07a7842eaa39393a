import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writePrivately } from '../src/private-file.js'
import { holdNamedFolder, holdOwnFolder, whyNotOurs } from '../src/private-folder.js'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'leakscope-test-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}
const root = process.geteuid?.() === 0
const unlessRoot = root ? '' : ' (skipped: only root can give a folder to another user)'

test('a folder of leakscope is created for its user only, including its parents, and kept if it has contents', () => {
  const path = join(folder(), 'a', '.leakscope')
  {
    using held = holdOwnFolder(path)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    writePrivately(held.at('x'), 'ours')
  }
  expect(readdirSync(path)).toEqual(['x'])
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
})

test('a created empty folder is removed again; an existing one stays', () => {
  const path = join(folder(), '.leakscope')
  holdOwnFolder(path)[Symbol.dispose]()
  expect(existsSync(path)).toBe(false)
  mkdirSync(path, 0o700)
  holdOwnFolder(path)[Symbol.dispose]()
  expect(existsSync(path)).toBe(true)
})

test('a umask of 0777 does not lock leakscope out', () => {
  const path = join(folder(), 'a', '.leakscope')
  const before = process.umask(0o777)
  try {
    using held = holdOwnFolder(path)
    writePrivately(held.at('x'), 'ours')
  } finally {
    process.umask(before)
  }
  expect(statSync(path).mode & 0o777).toBe(0o700)
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
})

test('a link, a file and a folder that others may write to are refused', () => {
  const here = folder()
  const path = join(here, '.leakscope')
  const refusal = (): string => {
    const why = whyNotOurs(path)?.why
    expect(() => holdOwnFolder(path)).toThrow(`${path} ${why}: leakscope writes no heaps there`)
    return why!
  }
  mkdirSync(join(here, 'elsewhere'))
  symlinkSync('elsewhere', path)
  expect(refusal()).toBe('is a link')
  rmSync(path)
  writeFileSync(path, '')
  expect(refusal()).toBe('is not a folder')
  rmSync(path)
  for (const mode of [0o720, 0o702, 0o777]) {
    mkdirSync(path)
    chmodSync(path, mode)
    expect(refusal()).toBe('may be written to by others')
    rmSync(path, { recursive: true })
  }
  // Who may read it is the owner's decision.
  mkdirSync(path)
  chmodSync(path, 0o755)
  holdOwnFolder(path)[Symbol.dispose]()
  expect(readdirSync(join(here, 'elsewhere'))).toEqual([])
})

test.skipIf(!root)(`another user's is refused, root's own is not${unlessRoot}`, () => {
  const path = join(folder(), '.leakscope')
  mkdirSync(path, 0o700)
  chownSync(path, 65534, 65534)
  expect(() => holdOwnFolder(path)).toThrow('belongs to uid 65534')
  // A folder that a user names is the user's decision.
  holdNamedFolder(path)[Symbol.dispose]()
})

test.skipIf(process.platform !== 'linux')('replacing the folder at its path has no effect', () => {
  const here = folder()
  const path = join(here, '.leakscope')
  mkdirSync(join(here, 'trap'))
  {
    using held = holdOwnFolder(path)
    renameSync(path, join(here, 'moved'))
    symlinkSync('trap', path)
    writePrivately(held.at('x'), 'ours')
  }
  expect(readdirSync(join(here, 'trap'))).toEqual([])
  expect(readdirSync(join(here, 'moved'))).toEqual(['x'])
})
