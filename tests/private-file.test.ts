import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { originPath, readOrigin } from '../src/acquire/origin.js'
import { writeOutput } from '../src/output-file.js'
import { appendPrivately, readRegularFile, writePrivately } from '../src/private-file.js'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'leakscope-test-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}
const pipe = (path: string): string => {
  execFileSync('mkfifo', [path])
  return path
}
const root = process.geteuid?.() === 0
const unlessRoot = root ? '' : ' (skipped: only root can give a file to another user)'

/** Runs something under another umask, of which a process has only one. */
const withUmask = <T>(umask: number, work: () => T): T => {
  const before = process.umask(umask)
  try {
    return work()
  } finally {
    process.umask(before)
  }
}

describe('a file of leakscope', () => {
  test('replaces a link, and leaves its target alone', () => {
    const here = folder()
    writeFileSync(join(here, 'victim'), 'kept')
    symlinkSync(join(here, 'victim'), join(here, 'x.json'))
    writePrivately(join(here, 'x.json'), 'ours')
    expect(readFileSync(join(here, 'victim'), 'utf8')).toBe('kept')
    expect(lstatSync(join(here, 'x.json')).isFile()).toBe(true)
    expect(readdirSync(here).sort()).toEqual(['victim', 'x.json'])
  })

  test('replaces a pipe, and does not wait for a reader', () => {
    const path = pipe(join(folder(), 'x.json'))
    writePrivately(path, 'ours')
    expect(readFileSync(path, 'utf8')).toBe('ours')
  })

  test.each([0, 0o22, 0o777])('is only for its owner, who can use it, under a umask of %o', umask => {
    const path = join(folder(), 'x.json')
    withUmask(umask, () => {
      writePrivately(path, 'ours')
      appendPrivately(`${path}.log`, 'a line')
    })
    expect([path, `${path}.log`].map(path => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
  })

  test('is not appended to if its name is a link or a pipe', () => {
    const here = folder()
    symlinkSync(join(here, 'elsewhere'), join(here, 'history'))
    expect(() => appendPrivately(join(here, 'history'), 'a line')).toThrow()
    expect(() => appendPrivately(pipe(join(here, 'pipe')), 'a line')).toThrow()
    expect(readdirSync(here).sort()).toEqual(['history', 'pipe'])
  })

  test('is not read if its name is a link or a pipe, or it is too large', () => {
    const here = folder()
    writeFileSync(join(here, 'file'), 'twelve bytes')
    symlinkSync(join(here, 'file'), join(here, 'link'))
    expect(readRegularFile(join(here, 'file'), 12)?.toString()).toBe('twelve bytes')
    expect(readRegularFile(join(here, 'file'), 11)).toBeUndefined()
    expect(readRegularFile(join(here, 'link'), 12)).toBeUndefined()
    expect(readRegularFile(join(here, 'link'), 12, 'follow')?.toString()).toBe('twelve bytes')
    for (const name of [pipe(join(here, 'pipe')), here, join(here, 'nothing'), '/dev/zero'])
      expect(readRegularFile(name, 2 ** 20, 'follow')).toBeUndefined()
  })

  test('a pipe in the place of an origin file is ignored', () => {
    const snapshot = join(folder(), 'a.heapsnapshot')
    pipe(originPath(snapshot))
    expect(readOrigin(snapshot)).toBeUndefined()
  })
})

describe('a file that a user named', () => {
  test('follows a link of the user, which stays, and a pipe that is read', async () => {
    const here = folder()
    writeFileSync(join(here, 'file'), 'something longer than the answer')
    symlinkSync(join(here, 'file'), join(here, 'link'))
    await writeOutput(join(here, 'link'), 'answer')
    expect(readFileSync(join(here, 'file'), 'utf8')).toBe('answer')
    expect(lstatSync(join(here, 'link')).isSymbolicLink()).toBe(true)
    symlinkSync(join(here, 'new'), join(here, 'dangling'))
    await writeOutput(join(here, 'dangling'), 'answer')
    expect(readFileSync(join(here, 'new'), 'utf8')).toBe('answer')
  })

  test('reports that a pipe has no reader, that the disk is full, and that a folder is not a file', async () => {
    const here = folder()
    await expect(writeOutput(pipe(join(here, 'pipe')), 'answer')).rejects.toMatchObject({
      code: 'OUTPUT',
      message: expect.stringContaining('this pipe has no reader'),
    })
    mkdirSync(join(here, 'folder'))
    await expect(writeOutput(join(here, 'folder'), 'answer')).rejects.toMatchObject({ code: 'OUTPUT' })
    if (process.platform === 'linux') {
      await expect(writeOutput('/dev/full', 'answer')).rejects.toMatchObject({
        code: 'OUTPUT',
        message: expect.stringContaining('/dev/full cannot be written: ENOSPC'),
      })
    }
  })

  test.skipIf(!root)(`does not follow what another user has put there${unlessRoot}`, async () => {
    const here = folder()
    writeFileSync(join(here, 'victim'), 'kept')
    for (const [name, make] of [
      ['link', (path: string) => symlinkSync(join(here, 'victim'), path)],
      ['pipe', pipe],
    ] as const) {
      make(join(here, name))
      execFileSync('chown', ['-h', '65534', join(here, name)])
      await expect(writeOutput(join(here, name), 'answer')).rejects.toMatchObject({
        code: 'OUTPUT',
        message: expect.stringContaining('belongs to uid 65534'),
      })
    }
    expect(readFileSync(join(here, 'victim'), 'utf8')).toBe('kept')
  })
})
