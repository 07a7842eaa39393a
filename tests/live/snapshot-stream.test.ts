import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nobodyReads, snapshotStream } from '../../src/live/capture/snapshot-stream.js'
import { temporaryFolder } from '../support/folder.js'

const text = async (parts: AsyncIterable<Uint8Array>): Promise<string> => {
  let read = ''
  for await (const part of parts) read += Buffer.from(part).toString()
  return read
}

test('what is written is read, in order, and ends when it is finished', async () => {
  const stream = snapshotStream()
  const reading = text(stream.parts)
  await stream.write(Buffer.from('{"strings":['))
  await stream.write(Buffer.from('"a"]}'))
  stream.finish()
  expect(await reading).toBe('{"strings":["a"]}')
  expect(stream.bytes).toBe(17)
})

test('a writer that waits is no faster than the reader', async () => {
  const stream = snapshotStream()
  const parts = stream.parts[Symbol.asyncIterator]()
  let written = false
  const writing = Promise.resolve(stream.write(Buffer.from('{'))).then(() => {
    written = true
  })
  const first = await parts.next()
  expect(Buffer.from(first.value!).toString()).toBe('{')
  expect(written).toBe(false)
  const second = parts.next() // the first has been made use of
  await writing
  stream.discard()
  await expect(second).rejects.toThrow('given up')
})

test('records are buffered up to a limit before any is read, so that their writer may end', async () => {
  const stream = snapshotStream('records', 4)
  const reading = text(stream.parts)
  let read: string | undefined
  reading.then(all => {
    read = all
  })
  for (const part of ['a', 'b', 'c']) await stream.write(Buffer.from(part))
  expect(read).toBeUndefined()
  stream.finish()
  expect(await reading).toBe('abc')
})

test('more records than that are read while they are written', async () => {
  const stream = snapshotStream('records', 4)
  const parts = stream.parts[Symbol.asyncIterator]()
  const first = parts.next()
  for (const part of ['ab', 'c']) await stream.write(Buffer.from(part))
  const writing = stream.write(Buffer.from('de'))
  const all = [(await first).value, (await parts.next()).value, (await parts.next()).value]
  expect(Buffer.concat(all as Uint8Array[]).toString()).toBe('abcde')
  const end = parts.next()
  await writing
  stream.finish()
  expect((await end).done).toBe(true)
})

test('a broken-off stream is not finished, and an aborted capture ends the reading', async () => {
  const stream = snapshotStream()
  const reading = text(stream.parts)
  await stream.write(Buffer.from('{"strings":['))
  expect(() => stream.finish()).toThrow(expect.objectContaining({ code: 'CAPTURE' }))
  stream.discard()
  await expect(reading).rejects.toThrow('given up')
})

test('a reader that stops ends the writing, even if it waits', async () => {
  const stream = snapshotStream()
  const parts = stream.parts[Symbol.asyncIterator]()
  const [one, two] = [stream.write(Buffer.from('a')), stream.write(Buffer.from('b'))]
  await parts.next()
  await parts.return?.()
  await Promise.all([one, two])
  expect(() => stream.write(Buffer.from('c'))).toThrow(nobodyReads)
})

test('a file is read in, and removed', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'x')
  writeFileSync(path, '{"strings":[]}')
  const stream = snapshotStream()
  const reading = text(stream.parts)
  await stream.adopt(path)
  stream.finish()
  expect(await reading).toBe('{"strings":[]}')
  expect(existsSync(path)).toBe(false)
})
