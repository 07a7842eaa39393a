import { closeSync, mkdirSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRecordFile } from '../../src/acquire/record-file.js'
import { holdOwnFolder } from '../../src/private-folder.js'
import { temporaryFolder } from '../support/folder.js'

async function* parts(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('one ')
  yield Buffer.from('two')
}

async function all(from: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = []
  for await (const part of from) read.push(part)
  return Buffer.concat(read).toString()
}

test('records pass through, and can be read again from the first byte, repeatedly', async () => {
  const path = temporaryFolder()
  using folder = holdOwnFolder(path)
  const records = createRecordFile(folder, 'a')
  expect(await all(records.through(parts()))).toBe('one two')
  expect(readdirSync(path)).toEqual([])
  expect(await all(records.parts())).toBe('one two')
  expect(await all(records.parts())).toBe('one two')
  records.discard()
  records.discard()
})

test('records pass through if no file can be created, but cannot be read again', async () => {
  const path = temporaryFolder()
  const inner = join(path, 'gone')
  mkdirSync(inner, { mode: 0o700 })
  using folder = holdOwnFolder(inner)
  rmSync(inner, { recursive: true })
  const records = createRecordFile(folder, 'a.heapsnapshot')
  expect(await all(records.through(parts()))).toBe('one two')
  await expect(all(records.parts())).rejects.toMatchObject({
    code: 'OUTPUT',
    message: expect.stringMatching(/^a\.heapsnapshot cannot be written: ENOENT/),
  })
  records.discard()
})

test.runIf(process.platform === 'linux')(
  'what the disk does not give back is an error with the name of the heap',
  async () => {
    const path = temporaryFolder()
    using folder = holdOwnFolder(path)
    const records = createRecordFile(folder, 'a.heapsnapshot')
    expect(await all(records.through(parts()))).toBe('one two')
    // A folder in its place: reading it is a disk error.
    const own = unnamedIn(path)
    closeSync(own)
    const other = openSync(path, 'r')
    expect(other).toBe(own)
    await expect(all(records.parts())).rejects.toMatchObject({
      code: 'OUTPUT',
      message: expect.stringMatching(/^the records of a\.heapsnapshot cannot be read again: EISDIR/),
    })
    records.discard()
  },
)

/** The file that this process has open in a folder. */
function unnamedIn(folder: string): number {
  const isIn = (fd: string): boolean => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(`${folder}/`)
    } catch {
      return false
    }
  }
  return Number(readdirSync('/proc/self/fd').find(isIn))
}
