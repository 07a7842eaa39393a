import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSnapshotFile } from '../../src/snapshot/open.js'
import { untold } from '../../src/task.js'
import { heap } from '../draw.js'
import { chunked, plain, written } from './bytes.js'

const { graph } = heap`
  root.app = App 16
  App.name = "leakscope"
`
const text = written(graph)

const bin = fileURLToPath(new URL('../../bin/leakscope.js', import.meta.url))
let folder: string
const at = (name: string): string => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leakscope-open-'))
})
afterAll(() => rm(folder, { recursive: true }))

const opened = async (name: string): Promise<unknown> => plain((await openSnapshotFile(at(name), untold)).graph)

test('a plain file is read, with progress', async () => {
  await writeFile(at('plain.heapsnapshot'), text)
  const told: (number | undefined)[] = []
  const task = { signal: untold.signal, progress: (_: string, fraction?: number) => void told.push(fraction) }
  const snapshot = await openSnapshotFile(at('plain.heapsnapshot'), task)
  expect(plain(snapshot.graph)).toEqual(plain(graph))
  expect(snapshot.bytes).toBe(text.length)
  expect(told.at(-1)).toBe(1)
})

test('a gzipped file is recognised by its bytes, not its name', async () => {
  await writeFile(at('packed.heapsnapshot'), gzipSync(text))
  expect(await opened('packed.heapsnapshot')).toEqual(plain(graph))
  await writeFile(at('not-packed.gz'), text)
  expect(await opened('not-packed.gz')).toEqual(plain(graph))
})

test('a file of many chunks is read the same, plain and gzipped', async () => {
  const packed = fileURLToPath(new URL('files/node-20.heapsnapshot.gz', import.meta.url))
  await writeFile(at('large.heapsnapshot'), gunzipSync(await readFile(packed)))
  const { graph } = await openSnapshotFile(packed, untold)
  expect(await opened('large.heapsnapshot')).toEqual(plain(graph))
})

test('`-` is standard input, plain or gzipped, in any chunks', async () => {
  for (const bytes of [Buffer.from(text), gzipSync(text)]) {
    for (const length of [1, 2, 1000]) {
      const { graph: read } = await openSnapshotFile('-', untold, chunked(bytes, [length]))
      expect(plain(read)).toEqual(plain(graph))
    }
  }
})

test('a pipe is read while the capture still writes to it', async () => {
  execFileSync('mkfifo', [at('pipe')])
  const begun = new AbortController()
  const task = { signal: untold.signal, progress: () => begun.abort() }
  const reading = openSnapshotFile(at('pipe'), task)
  const pipe = createWriteStream(at('pipe'))
  pipe.write(text.slice(0, 700))
  if (!begun.signal.aborted) await once(begun.signal, 'abort')
  pipe.end(text.slice(700))
  expect(plain((await reading).graph)).toEqual(plain(graph))
})

test('Ctrl-C ends waiting for a pipe without a writer', async () => {
  execFileSync('mkfifo', [at('silent')])
  const child = spawn(process.execPath, [bin, 'types', at('silent')])
  // It is open once the other side is.
  const pipe = createWriteStream(at('silent'))
  await once(pipe, 'open')
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
  pipe.destroy()
})

test('and waiting for a stream', async () => {
  const end = new AbortController()
  async function* stalled() {
    yield Buffer.from(text.slice(0, 700))
    setImmediate(() => end.abort(new Error('enough')))
    await new Promise(() => {})
  }
  await expect(openSnapshotFile('-', { signal: end.signal, progress() {} }, stalled())).rejects.toThrow('enough')
})

test('reading a large file yields to other work, and can be aborted', async () => {
  const strings = `"strings":["${'x'.repeat(999)}"${`,"${'y'.repeat(999)}"`.repeat(40_000)},`
  await writeFile(at('large.heapsnapshot'), text.replace('"strings":[', strings))
  const end = new AbortController()
  setImmediate(() => end.abort(new Error('enough')))
  const task = { signal: end.signal, progress() {} }
  await expect(openSnapshotFile(at('large.heapsnapshot'), task)).rejects.toThrow('enough')
})

test('a missing file or a directory is reported as such', async () => {
  await expect(opened('missing')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `${at('missing')} does not exist`,
    hint: expect.stringContaining('leakscope snapshot'),
  })
  await expect(opened('.')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('is a directory'),
  })
  await writeFile(at('file'), '')
  await expect(opened('file/inner')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(opened('long'.repeat(1000))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('cannot be read (ENAMETOOLONG)'),
  })
})

test.skipIf(process.getuid?.() === 0)('a file one may not read is told as such', async () => {
  await writeFile(at('closed'), text)
  await chmod(at('closed'), 0)
  await expect(opened('closed')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('may not be read'),
  })
})

test('errors name the path of the file', async () => {
  await writeFile(at('empty'), '')
  await expect(opened('empty')).rejects.toMatchObject({
    code: 'BAD_SNAPSHOT',
    message: `${at('empty')}: not a heap snapshot: it is empty`,
    hint: expect.any(String),
  })
  await expect(openSnapshotFile('-', untold, chunked(Buffer.from('<html>'), [6]))).rejects.toMatchObject({
    message: 'standard input: not a heap snapshot: it is HTML or XML',
  })
})

test('truncated or damaged gzip is refused', async () => {
  const packed = gzipSync(text)
  for (const length of [3, 20, packed.length >> 1, packed.length - 9, packed.length - 1]) {
    await writeFile(at('cut.gz'), packed.subarray(0, length))
    await expect(opened('cut.gz')).rejects.toMatchObject({ code: 'BAD_SNAPSHOT' })
  }
  const damaged = Buffer.from(packed)
  damaged[packed.length >> 1]! ^= 0xff
  await writeFile(at('damaged.gz'), damaged)
  await expect(opened('damaged.gz')).rejects.toMatchObject({ code: 'BAD_SNAPSHOT' })
})

test('opening stops when aborted', async () => {
  await writeFile(at('plain.heapsnapshot'), text)
  await expect(
    openSnapshotFile(at('plain.heapsnapshot'), { signal: AbortSignal.abort(new Error('enough')), progress() {} }),
  ).rejects.toThrow('enough')
})
